'use client'
import type { ReactNode } from 'react'
import { useEditor } from '../context.ts'
import classes from './form.module.css'

/** Around whatever changes the drawing: viewers cannot use it. What only shows something stands outside, and works for everybody. */
export function Fields({ children }: { children: ReactNode }) {
  return <fieldset className={classes.fields} disabled={useEditor().viewOnly}>{children}</fieldset>
}
