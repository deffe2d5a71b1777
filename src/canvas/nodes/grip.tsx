/** Where a line starts or lands. In a large drawing only what is pointed at or selected has them. */
import { Handle, Position } from '@xyflow/react'
import { useLayoutEffect, useRef, useState, type CSSProperties } from 'react'
import { useLean } from '#canvas/lean.ts'
import classes from './nodes.module.css'

export interface GripProps {
  id: string
  type: 'source' | 'target'
  isConnectable: boolean
  style?: CSSProperties
  title?: string | undefined
  'data-error'?: true | undefined
}

export function Grip({ type, ...rest }: GripProps) {
  return <Handle type={type} position={type === 'source' ? Position.Right : Position.Left} className={classes.grip} {...rest} />
}

/**
 * Whether a node draws its rings now. `anchor` goes on the node's own element: the pointer is
 * watched on React Flow's element around it, which is a little larger.
 */
export function useGrips(selected: boolean | undefined): { shown: boolean; anchor: React.RefObject<HTMLDivElement | null> } {
  const lean = useLean()
  const anchor = useRef<HTMLDivElement>(null)
  const [under, setUnder] = useState(false)
  useLayoutEffect(() => {
    const node = anchor.current?.closest('.react-flow__node')
    if (!lean || !node) return
    const enter = (): void => setUnder(true)
    const leave = (): void => setUnder(false)
    node.addEventListener('pointerenter', enter)
    node.addEventListener('pointerleave', leave)
    return () => {
      node.removeEventListener('pointerenter', enter)
      node.removeEventListener('pointerleave', leave)
    }
  }, [lean])
  return { shown: !lean || under || selected === true, anchor }
}
