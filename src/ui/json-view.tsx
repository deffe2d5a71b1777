'use client'
/**
 * JSON as a tree that folds by pointer, touch and keyboard (`→` `←`, as in other trees), with the path of every value one
 * click away. Draws text only, never markup.
 */
import { createContext, useContext, useState, type DragEvent, type KeyboardEvent } from 'react'
import type { Json } from '#base/json.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import classes from './json-view.module.css'

const itemsAtOnce = 50
const stringMax = 400

export interface JsonViewProps {
  value: Json
  /** Name of the root in copied paths: "event.data". */
  root?: string
  /** Levels open at first. */
  open?: number
  maxHeight?: number
  names?: NameUse
}

/** What the names are good for. */
export interface NameUse {
  /** What a click does; absent, it copies the path. */
  click?: { /** "Insert event.data.email" */ title(path: string): string; act(path: string): void }
  drag?(path: string): { draggable: true; onDragStart(event: DragEvent): void }
}

const Names = createContext<NameUse | undefined>(undefined)

export function JsonView({ value, root = '', open = 3, maxHeight, names }: JsonViewProps) {
  return (
    <div className={classes.box} style={{ maxHeight }}>
      <span className={classes.tools}><CopyButton value={JSON.stringify(value, null, 2)} label="Copy all" size={24} /></span>
      <Names value={names}><Value value={value} path={root} open={open} last /></Names>
    </div>
  )
}

interface ValueProps {
  value: Json
  name?: string
  path: string
  open: number
  last: boolean
}

function Value({ value, name, path, open, last }: ValueProps) {
  if (value !== null && typeof value === 'object') return <Branch value={value} name={name} path={path} open={open} last={last} />
  return (
    <div className={classes.line}>
      <Name name={name} path={path} />
      <Leaf value={value} />
      {last ? '' : ','}
    </div>
  )
}

function Branch({ value, name, path, open, last }: ValueProps & { value: Json[] | { [key: string]: Json } }) {
  const [isOpen, setOpen] = useState(open > 0)
  const [shown, setShown] = useState(itemsAtOnce)
  const isList = Array.isArray(value)
  // Object.entries names the members of a list by their index.
  const all = Object.entries<Json>(value as { [key: string]: Json })
  const entries = all.slice(0, shown)
  const count = all.length
  const [left, right] = isList ? ['[', ']'] : ['{', '}']
  const end = last ? '' : ','
  const size = `${count} ${isList ? 'item' : 'member'}${count === 1 ? '' : 's'}`
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
    event.preventDefault()
    setOpen(event.key === 'ArrowRight')
  }
  if (count === 0) return <div className={classes.line}><Name name={name} path={path} />{left}{right}{end}</div>
  return (
    <div>
      <div className={classes.line}>
        <button type="button" className={classes.fold} aria-expanded={isOpen} aria-label={`${name ?? 'value'}: ${size}`} onClick={() => setOpen(!isOpen)} onKeyDown={onKeyDown}>
          {isOpen ? '▾' : '▸'}
        </button>
        <Name name={name} path={path} />
        {left}
        {isOpen ? null : <button type="button" className={classes.more} onClick={() => setOpen(true)}>{size}</button>}
        {isOpen ? null : `${right}${end}`}
      </div>
      {isOpen ? (
        <>
          <div className={classes.nest}>
            {entries.map(([key, item], index) => (
              <Value key={key} value={item} name={isList ? undefined : key} path={join(path, key, isList)} open={open - 1} last={index === count - 1} />
            ))}
            {count > shown ? <button type="button" className={classes.more} onClick={() => setShown(shown + itemsAtOnce)}>{`${count - shown} more`}</button> : null}
          </div>
          <div className={classes.line}>{right}{end}</div>
        </>
      ) : null}
    </div>
  )
}

function Name({ name, path }: { name?: string; path: string }) {
  const use = useContext(Names)
  const [copied, setCopied] = useState(false)
  if (name === undefined) return null
  const copy = () => {
    void navigator.clipboard?.writeText(path).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1200)
    })
  }
  return (
    <>
      <button
        type="button" className={classes.name} data-drag={use?.drag !== undefined || undefined} title={use?.click?.title(path) ?? (copied ? 'Path copied' : `Copy path ${path}`)}
        onClick={() => (use?.click === undefined ? copy() : use.click.act(path))} {...use?.drag?.(path)}
      >
        {JSON.stringify(name)}
      </button>
      {': '}
    </>
  )
}

function Leaf({ value }: { value: null | boolean | number | string }) {
  const [whole, setWhole] = useState(false)
  if (typeof value !== 'string') return <span className={typeof value === 'number' ? classes.number : classes.word}>{String(value)}</span>
  const long = value.length > stringMax && !whole
  return (
    <span className={classes.string}>
      {JSON.stringify(long ? value.slice(0, stringMax) : value)}
      {long ? <button type="button" className={classes.more} onClick={() => setWhole(true)}>{`${(value.length - stringMax).toLocaleString('en')} characters more`}</button> : null}
    </span>
  )
}

const plainName = /^[A-Za-z_$][\w$]*$/

function join(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`
  if (path === '') return key
  return plainName.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}
