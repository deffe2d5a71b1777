/** What the buttons of the bar do, by name. */
import { useEffect } from 'react'
import type { Command } from './command.ts'

type BarButton = 'publish' | 'history' | 'test-event'

/** Set by the bar while it is there; without those that are grey. */
const buttons = new Map<BarButton, () => void>()

/** The button of the bar answers to its name in the search, too. `press` is null while it is grey. */
export function useBarCommand(button: BarButton, press: (() => void) | null): void {
  useEffect(() => {
    if (press === null) return
    buttons.set(button, press)
    return () => {
      if (buttons.get(button) === press) buttons.delete(button)
    }
  })
}

const ofBar = (id: BarButton, label: string, keywords: string, group: Command['group']): Command => ({
  id, label, keywords, group, keys: [], canRun: () => buttons.has(id), run: () => buttons.get(id)?.(),
})

export const barCommands: Command[] = [
  ofBar('publish', 'Publish', 'review changes live deploy release', 'Change'),
  { ...ofBar('history', 'History', 'versions restore compare back who when', 'View'), viewing: true },
  ofBar('test-event', 'Send test event', 'try run start trigger', 'Try'),
]
