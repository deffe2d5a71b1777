'use client'
/** A short list at a place of the screen: typing narrows it, Enter takes one, Escape leads back to what had the keyboard. */
import { Combobox, useCombobox } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { isFocusLost } from './commands/focus.ts'
import { PaletteGlyph } from './palette/palette-glyph.tsx'
import type { PaletteKind } from './place.ts'

export interface BesideOption {
  value: string
  label: string
  /** Where it is, or what it is: a second line. */
  detail?: string
  keywords?: string
  kind: PaletteKind
}

interface Props {
  at: { clientX: number; clientY: number }
  /** Names the field. */
  label: string
  placeholder: string
  listLabel: string
  options: BesideOption[]
  onChoose: (value: string) => void
  onClose: () => void
}

export function BesideList({ at, label, placeholder, listLabel, options, onChoose, onClose }: Props) {
  const list = useId()
  const [text, setText] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const opener = useRef<Element | null>(null)
  // Later: were the keyboard on the canvas at once, the Escape that closes the list would deselect there, too.
  const close = (): void => void setTimeout(() => {
    const given = isFocusLost() || window.document.activeElement === search.current
    onClose()
    if (given && (opener.current instanceof HTMLElement || opener.current instanceof SVGElement)) opener.current.focus({ preventScroll: true })
  })
  const combobox = useCombobox({ opened: true, onDropdownClose: close })
  useEffect(() => {
    opener.current = window.document.activeElement
    setText('')
    requestAnimationFrame(() => search.current?.focus())
  }, [at])
  const wanted = text.trim().toLowerCase()
  const shown = options.filter((one) => `${one.label} ${one.detail ?? ''} ${one.keywords ?? ''}`.toLowerCase().includes(wanted))
  return (
    <Combobox store={combobox} position="bottom-start" middlewares={{ flip: true, shift: { crossAxis: true, padding: 8 } }} width={options.some((one) => one.detail !== undefined) ? 280 : 232} shadow="md" onOptionSubmit={onChoose}>
      <Combobox.DropdownTarget>
        <span aria-hidden="true" style={{ position: 'fixed', left: at.clientX, top: at.clientY, width: 1, height: 1 }} />
      </Combobox.DropdownTarget>
      <Combobox.Dropdown onKeyDown={(event) => event.stopPropagation()} data-tour="add-menu">
        <Combobox.Search
          ref={search} role="combobox" aria-expanded aria-controls={list} aria-label={label} value={text} onBlur={onClose} placeholder={placeholder}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.resetSelectedOption()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing && combobox.getSelectedOptionIndex() === -1 && shown[0]) onChoose(shown[0].value)
          }}
        />
        <Combobox.Options id={list} aria-label={listLabel} mah="min(420px, 60vh)" style={{ overflowY: 'auto' }}>
          {shown.map((one) => (
            <Combobox.Option key={one.value} value={one.value} style={{ display: 'flex', alignItems: 'center', gap: 10, overflowWrap: 'anywhere' }}>
              <span style={{ flex: 'none', display: 'flex' }}><PaletteGlyph kind={one.kind} /></span>
              <span>{one.label}{one.detail !== undefined && <small style={{ display: 'block', color: 'var(--fw-ink-3)' }}>{one.detail}</small>}</span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
        {shown.length === 0 && <Combobox.Empty>Nothing is named like that.</Combobox.Empty>}
      </Combobox.Dropdown>
    </Combobox>
  )
}
