'use client'
/** A file dropped anywhere on the page, or chosen. While one is dragged over the page it says what will happen. */
import { useEffect, useRef, useState } from 'react'
import { notifications } from '@mantine/notifications'
import type { ImportFile } from './import-dialog.tsx'
import classes from './import.module.css'

export interface Point {
  x: number
  y: number
}

/** Larger than any drawing: not worth reading. */
const bytesMax = 20_000_000

export async function readFile(file: File): Promise<ImportFile | null> {
  if (file.size > bytesMax) {
    notifications.show({ message: `${file.name} has ${Math.round(file.size / 1_000_000)} MB; a drawing is smaller. Nothing was imported.`, autoClose: 8000, withBorder: true })
    return null
  }
  return { name: file.name, text: await file.text() }
}

export interface FileDropProps {
  /** What the page says while a file is over it. */
  words: string
  onFile(file: ImportFile, at: Point): void
}

export function FileDrop({ words, onFile }: FileDropProps) {
  const [over, setOver] = useState(false)
  const take = useRef(onFile)
  take.current = onFile
  useEffect(() => {
    let depth = 0
    const holdsFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const enter = (event: DragEvent): void => {
      if (!holdsFile(event)) return
      depth++
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!holdsFile(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const move = (event: DragEvent): void => {
      if (holdsFile(event)) event.preventDefault()
    }
    const drop = (event: DragEvent): void => {
      if (!holdsFile(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      const [file, ...more] = event.dataTransfer?.files ?? []
      if (file === undefined) return
      if (more.length > 0) notifications.show({ message: `One file at a time: ${file.name} was taken.`, autoClose: 6000, withBorder: true })
      const at = { x: event.clientX, y: event.clientY }
      void readFile(file).then((read) => {
        if (read !== null) take.current(read, at)
      })
    }
    const pairs = [['dragenter', enter], ['dragleave', leave], ['dragover', move], ['drop', drop]] as const
    for (const [name, listener] of pairs) window.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of pairs) window.removeEventListener(name, listener)
    }
  }, [])
  return over ? <div className={classes.over} aria-hidden><p>{words}</p></div> : null
}
