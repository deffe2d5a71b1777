/** Icon of a step kind. Names come from the definitions; only these icons are loaded. */
import {
  IconAntenna, IconArrowsJoin, IconArrowsSplit, IconArrowsSplit2, IconBraces, IconCode, IconEar, IconFunction, IconHourglass, IconMail, IconSend, IconUserCheck, IconWorld,
  type Icon,
} from '@tabler/icons-react'
import type { StepKind } from '#steps/kind.ts'

const icons: Record<StepKind, Icon> = {
  http: IconWorld,
  mail: IconMail,
  transform: IconBraces,
  code: IconCode,
  condition: IconArrowsSplit2,
  sleep: IconHourglass,
  wait: IconEar,
  invoke: IconFunction,
  emit: IconSend,
  'emit-each': IconArrowsSplit,
  gather: IconArrowsJoin,
  approval: IconUserCheck,
  signal: IconAntenna,
}

export function StepIcon({ kind, size = 16 }: { kind: StepKind; size?: number }) {
  const Drawing = icons[kind]
  return <Drawing size={size} stroke={1.7} aria-hidden="true" />
}
