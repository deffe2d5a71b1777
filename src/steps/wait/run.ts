import { compileCel } from '#expressions/cel.ts'
import { requirePath } from '#expressions/interpret.ts'
import { missingValue } from '#expressions/problem.ts'
import { withField } from '#expressions/resolve.ts'
import { pathText } from '#expressions/tree.ts'
import { durationOr } from '#steps/field.ts'
import type { StepRun } from '#steps/kind.ts'
import { matchKeys, type WaitConfig } from '#steps/wait/definition.ts'

export const runWait: StepRun<WaitConfig> = ({ config, scope }) => {
  const keys = matchKeys(config.match)
  const conditions: string[] = []
  if (keys.length > 0) {
    // Better said now than after a week of waiting for something that cannot match.
    named('match', () => {
      if (requirePath({ event: scope.event }, 'event', keys) === null) throw missingValue(pathText('event', keys), 'null')
    })
    const path = keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`)).join('')
    conditions.push(`event${path} == async${path}`)
  }
  if (config.condition.trim() !== '') conditions.push(keys.length === 0 ? config.condition : `(${config.condition})`)
  const condition = conditions.join(' && ')
  if (condition !== '') named('condition', () => compileCel(condition))
  return {
    type: 'wait', event: config.event, timeoutMs: durationOr(config.timeout, 7 * 86_400_000), lookBack: config.lookBack,
    ...(condition === '' ? {} : { condition }),
  }
}

function named(field: string, act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    throw withField(thrown, field)
  }
}

