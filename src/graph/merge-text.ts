/**
 * Two edits of one text put together, so that nobody's words are lost: what both left stands, what either took
 * away is gone, and what each wrote stands where it was written. Pure, and the same for everybody who does it.
 */

/** What became of a text: which of its signs are left, and what was written before each of them and at the end. */
interface Script {
  kept: boolean[]
  written: string[]
}

/** Middles larger than this are taken as one that was replaced: comparing them sign by sign takes their product. */
const signsMost = 600

/** @param was what both began with; `first` is in the document, `second` comes to it */
export function mergeText(was: string, first: string, second: string): string {
  if (first === was || first === second) return second
  if (second === was) return first
  const signs = [...was]
  const [a, b] = [scriptOf(signs, [...first]), scriptOf(signs, [...second])]
  let merged = ''
  for (let i = 0; i <= signs.length; i++) {
    merged += a.written[i]!
    if (b.written[i] !== a.written[i]) merged += b.written[i]!
    if (i < signs.length && a.kept[i] && b.kept[i]) merged += signs[i]!
  }
  return merged
}

/** Where a place in a text (UTF-16, as in fields) is after somebody else changed it. */
export function movedPlace(before: string, after: string, place: number): number {
  const [from, to, end] = changedPart(before, after)
  if (place <= from) return place
  return place >= to ? place + after.length - before.length : Math.min(place, end)
}

/** The one part in which they differ, in whole signs: [from, to) of `before` became [from, end) of `after`. */
export function changedPart(before: string | string[], after: string | string[]): [from: number, to: number, end: number] {
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && before[from] === after[from]) from++
  // Half of a sign beyond 16 bits is none.
  if (from > 0 && firstHalf.test(before[from - 1]!)) from--
  let tail = 0
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  if (tail > 0 && secondHalf.test(before[before.length - tail]!)) tail--
  return [from, before.length - tail, after.length - tail]
}

const firstHalf = /^[\ud800-\udbff]$/
const secondHalf = /^[\udc00-\udfff]$/

function scriptOf(before: string[], after: string[]): Script {
  const [from, to, end] = changedPart(before, after)
  const script: Script = { kept: Array<boolean>(before.length).fill(true), written: Array<string>(before.length + 1).fill('') }
  compareMiddle(before.slice(from, to), after.slice(from, end), from, script)
  return script
}

/** The longest common subsequence keeps what it can; larger middles are replaced. */
function compareMiddle(before: string[], after: string[], at: number, { kept, written }: Script): void {
  const [n, m] = [before.length, after.length]
  const width = m + 1
  const small = n <= signsMost && m <= signsMost
  const common = new Uint16Array(small ? (n + 1) * width : 0)
  for (let i = small ? n - 1 : -1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) common[i * width + j] = before[i] === after[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
  }
  let [i, j] = [0, 0]
  while (i < n || j < m) {
    if (small && i < n && j < m && before[i] === after[j]) {
      i++
      j++
    } else if (j < m && (i === n || !small || common[i * width + j + 1]! >= common[(i + 1) * width + j]!)) written[at + i] += after[j++]!
    else kept[at + i++] = false
  }
}
