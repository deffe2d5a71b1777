/** The words of the mail to somebody who was mentioned. */
import type { OutgoingMail } from '#steps/kind.ts'

export interface MentionFacts {
  author: string
  body: string
  /** What the comment is on. */
  title: string
  workflow: string
  workspace: string
  url: string
}

export function composeMention({ author, body, title, workflow, workspace, url }: MentionFacts): Omit<OutgoingMail, 'to'> {
  const opening = `${author} mentioned you on ${title} in ${workflow}:`
  const footer = `You get this mail because you are a member of ${workspace} on Fanwise. Answers stand beside the drawing.`
  const quoted = body.split('\n').map((line) => `> ${line}`).join('\n')
  return {
    // A name with a line break must not become a header.
    subject: `${author} mentioned you in ${workflow}`.replaceAll(/\s+/g, ' ').slice(0, 200),
    text: [opening, '', quoted, '', `Open the comment: ${url}`, '', footer].join('\n'),
    html: `<p>${escapeHtml(opening)}</p><blockquote style="margin:0 0 16px;padding-left:12px;border-left:2px solid #b4c1c3;white-space:pre-wrap">${escapeHtml(body)}</blockquote>`
      + `<p><a href="${escapeHtml(url)}">Open the comment</a></p><p style="color:#5a6a6f;font-size:12px">${escapeHtml(footer)}</p>`,
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
