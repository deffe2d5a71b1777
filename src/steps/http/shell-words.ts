/** A pasted command line as words, quotes and line ends as a shell reads them. Nothing is expanded. */
export type Split = { words: string[]; /** More commands followed. */ cut: boolean } | { problem: string }

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

export function splitCommand(text: string): Split {
  // Windows' cmd ends lines with ^, everything else with a backslash.
  const given = text.replace(/\r\n?/g, '\n')
  const line = (/^[^'"]*\^"/.test(given) ? withoutCarets(given) : given.replace(/[ \t]*\^\n/g, ' ')).trim()
  const words: string[] = []
  let word: string | null = null
  for (let at = 0; at < line.length; at++) {
    const one = line[at]!
    if (one === "'" || (one === '$' && line[at + 1] === "'")) {
      const quoted = one === '$' ? ansiQuoted(line, at + 2) : singleQuoted(line, at + 1)
      if (quoted === null) return { problem: 'A quote is opened and not closed.' }
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (one === '"') {
      const quoted = doubleQuoted(line, at + 1)
      if (quoted === null) return { problem: 'A quote is opened and not closed.' }
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (one === '\\') {
      if (line[at + 1] !== '\n') word = (word ?? '') + (line[at + 1] ?? '')
      at++
    } else if (/\s/.test(one)) {
      if (word !== null) words.push(word)
      word = null
      if (one === '\n') return { words, cut: line.slice(at).trim() !== '' }
    } else if (one === ';' || one === '|' || (one === '&' && word === null) || (one === '&' && line[at + 1] === '&')) {
      if (word !== null) words.push(word)
      return { words, cut: true }
    } else word = (word ?? '') + one
  }
  if (word !== null) words.push(word)
  return { words, cut: false }
}

/** Browsers put ^ before whatever may mean something to cmd, quotes as well, and write a line break as ^ and two of them. */
function withoutCarets(text: string): string {
  return text.replace(/\^\n\n|[ \t]*\^\n|\^([^])/g, (found, escaped: string | undefined) => escaped ?? (found === '^\n\n' ? '\n' : ' '))
}

interface Quoted {
  text: string
  /** Place of the closing quote. */
  end: number
}

function singleQuoted(line: string, from: number): Quoted | null {
  const end = line.indexOf("'", from)
  return end < 0 ? null : { text: line.slice(from, end), end }
}

function doubleQuoted(line: string, from: number): Quoted | null {
  let text = ''
  for (let at = from; at < line.length; at++) {
    const one = line[at]!
    if (one === '"') return { text, end: at }
    if (one === '\\' && /["\\$`\n]/.test(line[at + 1] ?? '')) {
      at++
      if (line[at] !== '\n') text += line[at]
    } else text += one
  }
  return null
}

/** `$'…'` as browsers write it: \n, \t, \', \u0041, \x41. */
function ansiQuoted(line: string, from: number): Quoted | null {
  let text = ''
  for (let at = from; at < line.length; at++) {
    const one = line[at]!
    if (one === "'") return { text, end: at }
    if (one !== '\\') {
      text += one
      continue
    }
    const code = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2}))/.exec(line.slice(at + 1, at + 6))
    if (code !== null) {
      text += String.fromCharCode(parseInt(code[1] ?? code[2]!, 16))
      at += code[0].length
    } else {
      const next = line[++at] ?? ''
      text += Object.hasOwn(escapes, next) ? escapes[next] : `\\${next}`
    }
  }
  return null
}
