/** A page without content says what would fill it and offers to do it. */
import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

export interface EmptyStateProps {
  title: string
  children: ReactNode
  icon?: ReactNode
  action?: ReactNode
}

export function EmptyState({ title, children, icon, action }: EmptyStateProps) {
  return (
    <div className={classes.box}>
      {icon === undefined ? null : <span className={classes.icon}>{icon}</span>}
      <div>
        <div className={classes.title}>{title}</div>
        <div className={classes.text}>{children}</div>
        {action === undefined ? null : <div className={classes.action}>{action}</div>}
      </div>
    </div>
  )
}
