/** Functions the two expression languages know, as completion offers them. `|` is where the caret goes. */
import type { Candidate } from './complete.ts'

type Help = [written: string, does: string]

const js: Record<'free' | 'text' | 'number' | 'list' | 'object', Help[]> = {
  free: [
    ['Math.round(|)', 'nearest whole number'], ['Math.max(|)', 'the largest'], ['Math.min(|)', 'the smallest'], ['Number(|)', 'text as a number'], ['String(|)', 'anything as text'],
    ['JSON.stringify(|)', 'anything as JSON text'], ['JSON.parse(|)', 'JSON text as a value'], ['encodeURIComponent(|)', 'safe inside an address'], ['Object.keys(|)', 'names of its members'],
    ['Object.values(|)', 'values of its members'], ['Array.isArray(|)', 'whether it is a list'],
  ],
  text: [
    ['.toUpperCase()', 'in capitals'], ['.toLowerCase()', 'in small letters'], ['.trim()', 'without spaces around'], ['.includes("|")', 'whether it holds a text'], ['.startsWith("|")', 'whether it begins with a text'],
    ['.endsWith("|")', 'whether it ends with a text'], ['.slice(0, |)', 'a part, by places'], ['.split("|")', 'its parts as a list'], ['.replaceAll("|", "")', 'every occurrence replaced'], ['.length', 'number of characters'],
  ],
  number: [['.toFixed(|2)', 'with so many decimals, as text'], ['.toLocaleString()', 'with separators, as text']],
  list: [
    ['.length', 'number of items'], ['.map((one) => one|)', 'each item made into another'], ['.filter((one) => one|)', 'only items that fit'], ['.find((one) => one|)', 'the first item that fits'],
    ['.some((one) => one|)', 'whether any item fits'], ['.every((one) => one|)', 'whether all items fit'], ['.includes(|)', 'whether it holds a value'], ['.join(", |")', 'its items as one text'], ['.slice(0, |)', 'a part, by places'], ['.at(-1|)', 'an item, from the end'],
  ],
  object: [],
}

const cel: typeof js = {
  free: [['has(|)', 'whether a field is there'], ['size(|)', 'length of text or list'], ['int(|)', 'as a whole number'], ['double(|)', 'as a number'], ['string(|)', 'as text'], ['timestamp("|")', 'a moment'], ['duration("|")', 'a length of time']],
  text: [['.contains("|")', 'whether it holds a text'], ['.startsWith("|")', 'whether it begins with a text'], ['.endsWith("|")', 'whether it ends with a text'], ['.size()', 'number of characters'], ['.lowerAscii()', 'in small letters'], ['.upperAscii()', 'in capitals'], ['.trim()', 'without spaces around']],
  number: [],
  list: [['.size()', 'number of items'], ['.exists(one, one| == "")', 'whether any item fits'], ['.all(one, one| != "")', 'whether all items fit'], ['.filter(one, one| != "")', 'only items that fit'], ['.map(one, one|)', 'each item made into another']],
  object: [],
}

/** Functions that stand at the beginning, and those that can follow a path of this type. */
export function functionsFor(language: 'cel' | 'js', at?: { path: string; type: string }): Candidate[] {
  const known = language === 'cel' ? cel : js
  const of = at === undefined ? 'free' : at.type.includes('text') ? 'text' : at.type.includes('list') ? 'list' : at.type.includes('number') ? 'number' : 'object'
  return known[of].map(([written, does]) => ({ path: `${at?.path ?? ''}${written.replace('|', '')}`, value: '', type: does, call: `${at?.path ?? ''}${written}` }))
}
