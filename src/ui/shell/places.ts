/** The places of a workspace, in the order of the rail. */
import { IconArrowsSplit, IconBolt, IconCalendarTime, IconFunction, IconHome, IconMail, IconPlug, IconSettings, IconSitemap, IconTimeline, type Icon } from '@tabler/icons-react'

export interface Place {
  name: string
  path: string
  icon: Icon
  /** One sentence for ⌘K. */
  about: string
  /** Not in the phone's bottom bar. */
  minor?: boolean
  bottom?: boolean
}

export const places: Place[] = [
  { name: 'Home', path: '', icon: IconHome, about: 'Send a first event, open an example.' },
  { name: 'Workflows', path: '/workflows', icon: IconSitemap, about: 'Draw what happens.' },
  { name: 'Runs', path: '/runs', icon: IconTimeline, about: 'What ran, what runs, what failed.' },
  { name: 'Events', path: '/events', icon: IconBolt, about: 'What arrived and what it started.' },
  { name: 'Fan-outs', path: '/fan-outs', icon: IconArrowsSplit, about: 'Lists sent item by item: how far, and steering them.', minor: true },
  { name: 'Functions', path: '/functions', icon: IconFunction, about: 'What reacts, its version, retries and limits.', minor: true },
  { name: 'Schedules', path: '/schedules', icon: IconCalendarTime, about: 'Events at set times, one a customer if you like.', minor: true },
  { name: 'Playground', path: '/playground', icon: IconPlug, about: 'Built-in services that can fail on command.', minor: true },
  { name: 'Outbox', path: '/outbox', icon: IconMail, about: 'Mails sent without an SMTP server.', minor: true },
  { name: 'Settings', path: '/settings', icon: IconSettings, about: 'Keys and how to send events.', minor: true, bottom: true },
]
