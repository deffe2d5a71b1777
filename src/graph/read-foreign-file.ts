/**
 * Files of other tools, told by their shape. They are not translated: what a step of theirs means hangs on their
 * engine, their accounts and their expressions. Each part is named with what does its work here instead.
 */
import { isJsonObject, type JsonObject } from '#base/json.ts'
import type { FileProblem, Refused } from '#graph/refused-file.ts'

interface Part {
  /** As its author called it; may be empty. */
  name: string
  /** The other tool's word for it: "httpRequest". */
  kind: string
}

interface Foreign {
  /** "an n8n workflow". */
  what: string
  name: string
  parts: Part[]
  /** What of it stays behind, besides the parts themselves. */
  behind: string
}

/** Null: not a file of a tool that is known here. */
export function readForeignFile(value: unknown): Refused | null {
  const one = Array.isArray(value) ? value.find((entry) => isJsonObject(entry)) : value
  if (!isJsonObject(one)) return null
  const found = n8n(one) ?? zapier(one) ?? make(one) ?? windmill(one) ?? inngest(one)
  if (found === null) return null
  const { what, name, parts, behind } = found
  const count = `${parts.length.toLocaleString('en')} ${parts.length === 1 ? 'part' : 'parts'}`
  return {
    refused: `This is ${what}${name === '' ? '' : `, "${name}"`}, with ${count}. It cannot be imported: Fanwise reads only files of its own.`,
    fix: `${behind} Begin with a template that does something like it, or draw it: an event, a function for each thing that may fail alone, and these steps in them.`,
    foreign: true,
    problems: parts.map(advice),
  }
}

function n8n(file: JsonObject): Foreign | null {
  if (!Array.isArray(file.nodes) || !isJsonObject(file.connections)) return null
  const parts = objects(file.nodes).map((node) => ({ name: textOf(node.name), kind: textOf(node.type).replace(/^.*\./, '') }))
  return { what: 'an n8n workflow', name: textOf(file.name), parts, behind: 'Its expressions read n8n\'s items (`$json`, `$node`), and its credentials are not in the file.' }
}

function zapier(file: JsonObject): Foreign | null {
  const zaps = Array.isArray(file.zaps) ? objects(file.zaps) : isJsonObject(file.nodes) && objects(Object.values(file.nodes)).some((node) => 'selected_api' in node) ? [file] : []
  const first = zaps.find((zap) => isJsonObject(zap.nodes))
  if (first === undefined) return null
  const parts = zaps.flatMap((zap) => objects(isJsonObject(zap.nodes) ? Object.values(zap.nodes) : [])).map((node) => ({
    name: textOf(node.title) || textOf(node.action).replaceAll('_', ' '), kind: `${textOf(node.type_of)} ${textOf(node.selected_api).replace(/(?:CLI)?API.*$/, '')}`.trim(),
  }))
  return { what: zaps.length === 1 ? 'a Zap of Zapier' : `an export of ${zaps.length.toLocaleString('en')} Zaps of Zapier`, name: zaps.length === 1 ? textOf(first.title) : '', parts, behind: 'Its accounts are not in the file, and its fields are Zapier\'s own.' }
}

function make(file: JsonObject): Foreign | null {
  const flow = Array.isArray(file.flow) ? objects(file.flow) : []
  if (!flow.some((module) => textOf(module.module).includes(':'))) return null
  return { what: 'a blueprint of Make', name: textOf(file.name), parts: flow.map((module) => ({ name: isJsonObject(module.metadata) && isJsonObject(module.metadata.designer) ? textOf(module.metadata.designer.name) : '', kind: textOf(module.module) })), behind: 'Its connections are not in the file, and its mappings are Make\'s own.' }
}

function windmill(file: JsonObject): Foreign | null {
  if (!isJsonObject(file.value) || !Array.isArray(file.value.modules)) return null
  return { what: 'a Windmill flow', name: textOf(file.summary), parts: windmillParts(file.value.modules, 0), behind: 'Its resources and variables are not in the file, and its scripts may need packages, which a Code step has none of.' }
}

const deepest = 20

function windmillParts(modules: unknown, depth: number): Part[] {
  if (!Array.isArray(modules) || depth > deepest) return []
  return objects(modules).flatMap((module) => {
    const value = isJsonObject(module.value) ? module.value : {}
    const inner = [value.modules, value.default, ...(Array.isArray(value.branches) ? objects(value.branches).map((branch) => branch.modules) : [])]
    return [{ name: textOf(module.summary) || textOf(module.id), kind: textOf(value.type) }, ...inner.flatMap((one) => windmillParts(one, depth + 1))]
  })
}

function inngest(file: JsonObject): Foreign | null {
  if (!Array.isArray(file.actions) || !Array.isArray(file.edges) || !objects(file.edges).every((edge) => 'from' in edge && 'to' in edge)) return null
  return { what: 'a workflow of Inngest\'s workflow kit', name: textOf(file.name), parts: objects(file.actions).map((action) => ({ name: textOf(action.name), kind: textOf(action.kind) })), behind: 'What its actions do is code of the app that they belong to; that app can go on sending its events here.' }
}

/** What does the work of another tool's part here; the first that fits its kind. */
const here: [RegExp, string][] = [
  [/respondToWebhook/i, 'A webhook here answers at once, with the id of the event; later steps cannot change that answer.'],
  [/webhook|formTrigger|catch.?hook/i, 'A webhook, which feeds an event.'],
  [/cron|schedule|interval/i, 'A schedule.'],
  [/manualTrigger/i, 'Nothing: Send test event starts any drawing.'],
  [/stickyNote/i, 'A note.'],
  [/noOp|identity|aggregator/i, 'Nothing, or a Transform step.'],
  [/splitInBatches|splitOut|forloop|iterator|basicfeeder|loop/i, 'A step repeated for each item, or Emit per item, which gives each item a run of its own.'],
  [/merge/i, 'Nothing: two lines that lead to one step.'],
  [/executeWorkflow|subflow|^flow$/i, 'An Invoke function step, or an event that another workflow reacts to.'],
  [/approval|sendAndWait/i, 'An Ask for approval step.'],
  [/wait|delay|sleep/i, 'A Sleep step, or Wait for event.'],
  [/^(?:if|switch|filter)$|router|branchone|branchall|paths?\b|filter/i, 'A Condition step, or a condition on the line from an event to its function.'],
  [/^(?:set|editFields|itemLists|aggregate|summarize|sort|limit|removeDuplicates|dateTime)$|formatter/i, 'A Transform step.'],
  [/^code$|function|rawscript|^script$|javascript/i, 'A Code step, where it is JavaScript that needs no packages.'],
  [/mail|smtp/i, 'A Send e-mail step.'],
  [/errorTrigger/i, 'A function that reacts to `fanwise/function.failed`.'],
  [/http|request/i, 'An HTTP request step; a curl command can be pasted into it.'],
  [/trigger|^read\b/i, 'A webhook that this service calls, or a schedule that asks it.'],
]
const otherwise = 'An HTTP request step to the API of that service, with a connection for its key.'

function advice({ name, kind }: Part): FileProblem {
  const [, work] = here.find(([pattern]) => pattern.test(kind)) ?? [null, otherwise]
  return { place: [name, kind === '' || kind === name ? '' : `(${kind})`].filter(Boolean).join(' ') || 'a part without a name', message: '', fix: work }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 80) : ''
}

function objects(values: readonly unknown[]): JsonObject[] {
  return values.filter((value) => isJsonObject(value))
}
