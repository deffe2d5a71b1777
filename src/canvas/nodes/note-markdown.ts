/** The Markdown that notes understand, as data; no HTML is ever read or made. Pure. */

export type Inline =
  | { type: 'text' | 'bold' | 'italic' | 'code'; text: string }
  | { type: 'link'; text: string; href: string }

export type Block =
  | { type: 'paragraph' | 'heading' | 'quote'; lines: Inline[][] }
  | { type: 'list'; ordered: boolean; items: Inline[][] }
  | { type: 'code'; text: string }

const inlinePattern = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\[([^\]\n]+)\]\(([^)\s]+)\)/g

export function readInline(text: string): Inline[] {
  const parts: Inline[] = []
  let at = 0
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > at) parts.push({ type: 'text', text: text.slice(at, match.index) })
    at = match.index + match[0].length
    const [whole, code, bold, italic, label, address] = match
    const href = address === undefined ? null : safeAddress(address)
    if (code !== undefined) parts.push({ type: 'code', text: code })
    else if (bold !== undefined) parts.push({ type: 'bold', text: bold })
    else if (italic !== undefined) parts.push({ type: 'italic', text: italic })
    else if (label !== undefined && href !== null) parts.push({ type: 'link', text: label, href })
    else parts.push({ type: 'text', text: whole })
  }
  if (at < text.length) parts.push({ type: 'text', text: text.slice(at) })
  return parts
}

/** Only addresses that open a page or a mail; scripts and files stay text. */
function safeAddress(text: string): string | null {
  try {
    const url = new URL(text)
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

/** A note that starts with plain text has that line as its title. */
export function readNote(text: string): Block[] {
  const blocks = readBlocks(text)
  const [first] = blocks
  if (first?.type === 'paragraph') {
    const [title, ...rest] = first.lines
    blocks.splice(0, 1, { type: 'heading', lines: [title!] }, ...(rest.length > 0 ? [{ type: 'paragraph' as const, lines: rest }] : []))
  }
  return blocks
}

/** The words alone, on one line: for excerpts. */
export function plainText(text: string): string {
  const words = (parts: Inline[]): string => parts.map((part) => part.text).join('')
  return readBlocks(text).map((block) => {
    if (block.type === 'code') return block.text
    return (block.type === 'list' ? block.items : block.lines).map(words).join(block.type === 'list' ? ', ' : ' ')
  }).join(' ').replaceAll(/\s+/g, ' ').trim()
}

export function readBlocks(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.startsWith('```')) {
      const end = lines.findIndex((one, n) => n > i && one.startsWith('```'))
      const last = end < 0 ? lines.length : end
      blocks.push({ type: 'code', text: lines.slice(i + 1, last).join('\n') })
      i = last
      continue
    }
    addLine(blocks, line, i > 0 && lines[i - 1]!.trim() === '')
  }
  return blocks
}

function addLine(blocks: Block[], line: string, afterGap: boolean): void {
  const last = afterGap ? undefined : blocks.at(-1)
  const heading = /^#{1,6}\s+(.*)$/.exec(line)
  const item = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/.exec(line)
  const quote = /^>\s?(.*)$/.exec(line)
  if (heading) blocks.push({ type: 'heading', lines: [readInline(heading[1]!)] })
  else if (item) {
    const ordered = item[1] !== undefined
    const content = readInline(item[2]!)
    if (last?.type === 'list' && last.ordered === ordered) last.items.push(content)
    else blocks.push({ type: 'list', ordered, items: [content] })
  } else if (quote) {
    if (last?.type === 'quote') last.lines.push(readInline(quote[1]!))
    else blocks.push({ type: 'quote', lines: [readInline(quote[1]!)] })
  } else if (line.trim() !== '') {
    if (last?.type === 'paragraph') last.lines.push(readInline(line))
    else blocks.push({ type: 'paragraph', lines: [readInline(line)] })
  }
}
