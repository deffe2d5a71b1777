'use client'
import { SegmentedControl } from '@mantine/core'
import dynamic from 'next/dynamic'
import { useRouter, useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { Logo } from '#ui/logo.tsx'
import classes from './account.module.css'

const Picture = dynamic(() => import('#observe/account/picture.tsx').then((module) => module.SignInPicture), { ssr: false })

/** The frame of /signin and /signup: form on the left, what it is about on the right. */
export function AccountPage({ view, children }: { view: 'signin' | 'signup'; children: ReactNode }) {
  const router = useRouter()
  const query = useSearchParams().toString()
  return (
    <div className={classes.page}>
      <main className={classes.form}>
        <Logo />
        <div className={classes.middle}>
          <h1 className={classes.title}>One event. Every reaction on its own.</h1>
          <p className={classes.lead}>Draw what should happen. If one part fails, the others carry on, and you see which.</p>
          <SegmentedControl
            className={classes.switch} size="sm" value={view} aria-label="Sign in or create a workspace"
            onChange={(value) => router.push(`/${value}${query === '' ? '' : `?${query}`}`)}
            data={[{ value: 'signin', label: 'Sign in' }, { value: 'signup', label: 'Create a workspace' }]}
          />
          {children}
        </div>
      </main>
      <div className={classes.picture} aria-hidden="true" inert>
        <Picture />
      </div>
    </div>
  )
}
