/** `const { lookup } = steps` in code reads `steps.lookup`: the member follows a new key, the variable keeps its name. Pure. */

/** The end of a pattern that takes apart all outputs, or all addresses of approvals. */
const unpacking = /\}\s*=\s*(?:steps|approvals)(?![\w$])(?!\s*(?:\??\.|\[|\())/g
const member = /^(\s*)(?:([A-Za-z_$][\w$]*)|(["'])([^"']*)\3)(\s*)([:=]|$)/

/** The same text when nothing in it is taken apart so. */
export function renameUnpacked(text: string, renames: ReadonlyMap<string, string>): string {
  let written = ''
  let from = 0
  for (const { index: close } of text.matchAll(unpacking)) {
    const open = openingOf(text, close)
    // Behind a colon stands a type, which says less than the code: it is left alone, and so is what it is of.
    if (open < from || /:\s*$/.test(text.slice(0, open))) continue
    written += `${text.slice(from, open + 1)}${members(text.slice(open + 1, close)).map((one) => renamed(one, renames)).join(',')}`
    from = close
  }
  return from === 0 ? text : written + text.slice(from)
}

function renamed(part: string, renames: ReadonlyMap<string, string>): string {
  const [all, space = '', name, , quoted, gap = '', sign = ''] = member.exec(part) ?? []
  const to = renames.get(name ?? quoted ?? '')
  if (all === undefined || to === undefined) return part
  const rest = part.slice(all.length)
  return sign === ':' ? `${space}${to}${gap}:${rest}` : name === undefined ? part : `${space}${to}: ${name}${gap}${sign}${rest}`
}

/** Where the brace that ends at `close` begins; −1 when it does not. */
function openingOf(text: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    if (text[at] === '}') depth++
    else if (text[at] === '{' && --depth === 0) return at
  }
  return -1
}

/** What stands between the commas of this level. */
function members(inner: string): string[] {
  const parts = ['']
  let depth = 0
  for (const sign of inner) {
    if ('{[('.includes(sign)) depth++
    else if ('}])'.includes(sign)) depth--
    if (sign === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += sign
  }
  return parts
}
