/** Opens a search, and keeps what is typed until its field has the keyboard: on a slow machine that takes a while. */
import type { SpotlightStore } from '@mantine/spotlight'

interface Search {
  open(): void
  close(): void
}

let stop = (): void => {}

export function openSearch([store, search]: readonly [SpotlightStore, Search]): void {
  if (store.getState().opened) return
  search.open()
  stop()
  const ended = new AbortController()
  stop = () => ended.abort()
  const early = { capture: true, signal: ended.signal }
  let kept = ''
  // Nobody else answers these keys: they are meant for the search. Choosing takes a list that can be seen.
  window.addEventListener('keydown', (event) => {
    if (!store.getState().opened) return stop()
    if ((event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph')) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.key.length === 1) kept += event.key
    else if (event.key === 'Backspace') kept = kept.slice(0, -1)
    else if (event.key === 'Escape') {
      search.close()
      stop()
    }
  }, early)
  window.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.closest('[role="dialog"]') === null) return
    stop()
    if (kept === '') return
    target.setRangeText(kept, target.value.length, target.value.length, 'end')
    target.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }, early)
  window.addEventListener('pointerdown', stop, early)
}
