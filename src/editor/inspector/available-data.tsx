'use client'
/** "Data you can use": a tree of what is really there, at the foot of the panel beside every field of the form. A row is clicked or dragged into one. */
import { TextInput } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconGripVertical, IconSearch } from '@tabler/icons-react'
import { useId, useMemo, useState } from 'react'
import type { Json } from '#base/json.ts'
import type { StepNode } from '#graph/document.ts'
import { useNow } from '#ui/use-now.ts'
import type { Shape } from '../code/shape.ts'
import { isOptional, kindWord } from '../code/shape.ts'
import { useEditor } from '../context.ts'
import { pathsOf } from '../form/candidates.ts'
import { draggablePath } from '../form/drag-path.ts'
import { takePath } from '../form/insertion.ts'
import { originWords } from '../form/source-words.ts'
import { useReadable } from '../form/use-readable.ts'
import { memberPath, shortValue, type DataSource } from './readable-data.ts'
import classes from './inspector.module.css'
import own from './available-data.module.css'

const searchedAbove = 12
const foundMost = 60
const membersAtOnce = 40
/** A source with more members than this is folded at first, if it is not the nearest. */
const openMost = 12

export function AvailableData({ step }: { step: StepNode }) {
  const { viewOnly } = useEditor()
  const [open, setOpen] = useState(startsOpen)
  const id = useId()
  const toggle = (): void => {
    window.localStorage.setItem(foldKey, open ? 'folded' : 'open')
    setOpen(!open)
  }
  return (
    <section className={own.foot} data-testid="available-data" data-open={open || undefined}>
      <div className={own.head}>
        <h3>
          <button type="button" aria-expanded={open} aria-controls={id} onMouseDown={keepFocus} onClick={toggle}>
            <IconChevronRight size={14} stroke={1.9} aria-hidden="true" />Data you can use
          </button>
        </h3>
        {open && <span className={classes.quiet}>{viewOnly ? 'a click copies the path' : 'click or drag it into a field'}</span>}
      </div>
      <div id={id} className={own.inside} hidden={!open}>{open && <Data step={step} />}</div>
    </section>
  )
}

const foldKey = 'fanwise-data-at-hand'

/** As it was left in this browser; where there is little room, folded at first. */
function startsOpen(): boolean {
  const kept = window.localStorage.getItem(foldKey)
  return kept === null ? !window.matchMedia('(max-width: 820px), (max-height: 700px)').matches : kept === 'open'
}

function Data({ step }: { step: StepNode }) {
  const { sources } = useReadable(step.id)
  const [search, setSearch] = useState('')
  const count = useMemo(() => sources.reduce((sum, source) => sum + pathsOf(source).length, 0), [sources])
  const found = useMemo(() => (search.trim() === '' ? null : sources.flatMap(pathsOf).filter((one) => fits(one.path, one.value, search)).slice(0, foundMost)), [sources, search])
  return (
    <>
      {count > searchedAbove && (
        <TextInput
          size="xs" className={own.search} aria-label="Search in the data you can use" placeholder="Search" value={search} spellCheck={false} leftSection={<IconSearch size={13} stroke={1.7} />}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {sources.length === 0 && <p className={classes.quiet}>Nothing starts this function yet. Connect an event, and its fields show here.</p>}
      {found !== null
        ? <ul className={own.tree}>{found.map(({ path, value, type }) => <li key={path}><Row path={path} name={path} value={value} type={type} depth={0} /></li>)}{found.length === 0 && <li className={own.none}>Nothing has “{search.trim()}” in its name or value.</li>}</ul>
        : sources.map((source, index) => <Source key={`${source.path} ${source.title}`} source={source} open={index === 0 || pathsOf(source).length <= openMost} />)}
    </>
  )
}

const fits = (path: string, value: string, search: string): boolean => `${path} ${value}`.toLowerCase().includes(search.trim().toLowerCase())

function Source({ source, open }: { source: DataSource; open: boolean }) {
  const now = useNow(10_000)
  const { path, title, origin, value, shape } = source
  return (
    <div className={own.source}>
      <div className={own.whose}><span className="cut">{title}</span><span className={own.origin} data-kind={origin.kind}>{originWords(origin, now === 0 ? undefined : now)}{source.cut && ' · shortened'}</span></div>
      <ul className={own.tree}>
        <Branch path={path} name={path} value={value} shape={shape} depth={0} open={open} />
        {source.mayFail && <li><Row path={`${path}?.error?.message`} name={`${path}?.error?.message`} value="" type="when it failed" depth={0} /></li>}
      </ul>
    </div>
  )
}

interface BranchProps {
  path: string
  name: string
  value: Json | undefined
  shape: Shape
  depth: number
  open: boolean
  sometimes?: boolean
}

/** A value and, when it is open, what is in it. Members come from everything that was seen, values from the one shown. */
function Branch({ path, name, value, shape, depth, open, sometimes = false }: BranchProps) {
  const [isOpen, setOpen] = useState(open)
  const [all, setAll] = useState(false)
  const inside = insideOf(path, value, shape)
  const shown = all ? inside : inside.slice(0, membersAtOnce)
  const folded = inside.length > 0 && value !== undefined ? (Array.isArray(value) ? `${value.length.toLocaleString('en')} ${value.length === 1 ? 'item' : 'items'}` : '') : shortValue(value)
  return (
    <li>
      <Row
        path={path} name={name} value={folded} type={sometimes ? 'not always' : value === undefined ? kindWord(shape) : ''} kind={typeof value} depth={depth}
        {...(inside.length === 0 ? {} : { fold: { isOpen, toggle: () => setOpen(!isOpen) } })}
      />
      {isOpen && inside.length > 0 && (
        <ul>
          {shown.map((one) => <Branch key={one.path} {...one} depth={depth + 1} open={depth < 1} />)}
          {shown.length < inside.length && <li><button type="button" className={own.more} onClick={() => setAll(true)}>{inside.length - shown.length} more</button></li>}
        </ul>
      )}
    </li>
  )
}

function insideOf(path: string, value: Json | undefined, shape: Shape): Omit<BranchProps, 'depth' | 'open'>[] {
  if (Array.isArray(value)) return value.slice(0, 200).map((item, i) => ({ path: memberPath(path, i), name: `[${i}]`, value: item, shape: shape.items ?? shape }))
  const held = typeof value === 'object' && value !== null ? value : {}
  return [...shape.members].map(([key, member]) => ({ path: memberPath(path, key), name: key, value: Object.hasOwn(held, key) ? held[key] : undefined, shape: member, sometimes: isOptional(shape, member) }))
}

interface RowProps {
  path: string
  name: string
  value: string
  type: string
  kind?: string
  depth: number
  fold?: { isOpen: boolean; toggle(): void }
}

function Row({ path, name, value, type, kind, depth, fold }: RowProps) {
  return (
    <div className={own.row} style={{ paddingLeft: depth * 12 }}>
      {fold
        ? <button type="button" className={own.fold} aria-expanded={fold.isOpen} aria-label={`What is in ${path}`} onMouseDown={keepFocus} onClick={fold.toggle}>{fold.isOpen ? <IconChevronDown size={12} stroke={1.7} /> : <IconChevronRight size={12} stroke={1.7} />}</button>
        : <span className={own.fold}><IconGripVertical size={11} stroke={1.7} aria-hidden="true" className={own.grip} /></span>}
      <button type="button" className={own.use} title={`Insert ${path}`} onClick={() => takePath(path)} {...draggablePath(path)}>
        <span className={own.name}>{name}</span>
        {value !== '' && <span className={own.value} data-kind={kind}>{value}</span>}
        {type !== '' && <span className={own.type}>{type}</span>}
      </button>
    </div>
  )
}

const keepFocus = (event: React.MouseEvent): void => event.preventDefault()
