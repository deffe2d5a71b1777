/**
 * Large drawings do with less in the page. From `manyNodes` on, rings appear on what is pointed at
 * or selected only; and where steps would be specks, frames draw them as flat boxes and all lines
 * are a handful of paths.
 */
import { createContext, useContext } from 'react'

export const manyNodes = 150
/** Below this zoom a step is less than 13 pixels high. */
export const flatBelow = 0.3

export const LeanContext = createContext(false)
export const useLean = (): boolean => useContext(LeanContext)
