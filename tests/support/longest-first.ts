/** Test files in the order that keeps both workers busy to the end: those that take longest begin. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of half a minute and more, the longest first; the others follow by size, as Vitest sorts them. */
const longest = [
  'chaos', 'fan-outs', 'model', 'suspects', 'kill', 'holds', 'templates', 'pages', 'canvas-feel', 'data-at-hand', 'windows', 'tour', 'together', 'fields', 'members', 'comments',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return index === -1 ? longest.length : index
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}
