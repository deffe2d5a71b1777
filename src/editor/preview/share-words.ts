/** A share of events in words that are never wrong at the ends: only none is 0 %, only all is 100 %. */
export function shareWords(part: number, whole: number): string {
  if (part === 0) return 'none'
  if (part === whole) return 'all'
  const percent = (part / whole) * 100
  if (percent < 1) return 'less than 1 %'
  if (percent > 99) return 'more than 99 %'
  return `${Math.round(percent)} %`
}

/** "1,000 events", "1 event". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
