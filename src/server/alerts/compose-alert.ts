/** The words of an alert: what failed, how often, where to look. */
import type { OutgoingMail } from '#steps/kind.ts'

export interface FailureGroup {
  function: string
  /** Name of the step that failed; null when the run failed as a whole. */
  step: string | null
  message: string
  count: number
}

export interface AlertFacts {
  workspace: { slug: string; name: string }
  /** All failed runs the summary covers. */
  total: number
  /** Most frequent first; may be cut. */
  groups: FailureGroup[]
  publicUrl: string
}

export type AlertMail = Omit<OutgoingMail, 'to'>

const messageMost = 300

export function composeAlert({ workspace, total, groups, publicUrl }: AlertFacts): AlertMail {
  const runs = `${publicUrl}/w/${workspace.slug}/runs?view=needs-person`
  const shown = groups.reduce((sum, group) => sum + group.count, 0)
  const lines = groups.map((group) => `${group.count} × ${group.function}${group.step === null ? '' : `, step "${group.step}"`}: ${brief(group.message)}`)
  if (shown < total) lines.push(`${total - shown} more, of other kinds.`)
  const subject = total === 1 ? `${groups[0]?.function ?? 'A run'} failed in ${workspace.name}` : `${total} runs failed in ${workspace.name}`
  const opening = total === 1 ? 'A run has failed and needs a person:' : `${total} runs have failed and need a person:`
  return compose(subject, opening, lines, { label: 'Look at them', url: runs }, workspace.slug, publicUrl)
}

export function composeTestAlert({ workspace, publicUrl }: Pick<AlertFacts, 'workspace' | 'publicUrl'>): AlertMail {
  return compose(
    `Test alert of ${workspace.name}`, 'Nothing failed. Somebody wanted to see that alerts arrive, and this one did.', [],
    { label: 'Open the runs', url: `${publicUrl}/w/${workspace.slug}/runs` }, workspace.slug, publicUrl,
  )
}

function compose(subject: string, opening: string, lines: string[], link: { label: string; url: string }, slug: string, publicUrl: string): AlertMail {
  const settings = `${publicUrl}/w/${slug}/settings#alerts`
  const footer = 'Nothing was switched off: everything that is published goes on. Fanwise sends at most one summary in 15 minutes to the owners and admins of the workspace.'
  const text = [opening, ...(lines.length > 0 ? ['', ...lines.map((line) => `- ${line}`)] : []), '', `${link.label}: ${link.url}`, '', footer, `Change it in the settings: ${settings}`].join('\n')
  const list = lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`
  const html = `<p>${escapeHtml(opening)}</p>${list}<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p><p style="color:#5a6a6f;font-size:12px">${escapeHtml(footer)} <a href="${escapeHtml(settings)}">Change it in the settings</a></p>`
  // A name with a line break must not become a header.
  return { subject: subject.replaceAll(/\s+/g, ' ').slice(0, 200), text, html }
}

function brief(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  return line.length > messageMost ? `${line.slice(0, messageMost - 1)}…` : line
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
