/** Whether a path can be read where it is put, and if not, why. Pure. */
import type { Readable } from '../inspector/readable-data.ts'
import type { FieldLanguage } from './complete.ts'

export interface Place {
  readable: Pick<Readable, 'sources' | 'own'>
  language: FieldLanguage
  /** `item` and `index` are there. */
  item: boolean
}

/** A sentence for whoever put it there; null when it can be read. */
export function whyUnreadable(path: string, { readable, language, item }: Place): string | null {
  const [, root = '', key = ''] = /^([A-Za-z_$][\w$]*)(?:\.([\w$]+))?/.exec(path) ?? []
  if (root === 'item' || root === 'index') {
    return item && language !== 'cel' ? null : `${root} is there only in fields that are filled in once for each item of a list.`
  }
  if (root !== 'steps') return null
  if (key === readable.own) return `steps.${key} is what this step itself gives, known only once it has run. The steps after it can read it.`
  if (language === 'cel') return `steps.${key} cannot be read here: this is looked at when an event arrives, so only the event is known.`
  if (readable.sources.some((one) => one.path === `steps.${key}`)) return null
  return `steps.${key} does not come before this step, so it is not known here. Draw a line from it to this step first.`
}
