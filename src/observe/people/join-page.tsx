'use client'
/** The page behind an invitation's link: what it is, and the one thing to do with it for whoever opens it. */
import { Button, Loader } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import { signOut } from 'next-auth/react'
import type { ReactNode } from 'react'
import { roleWords } from '#base/role-words.ts'
import { SignInFields } from '#observe/account/sign-in-fields.tsx'
import { JoinSignUp } from '#observe/people/join-sign-up.tsx'
import type { AppRouter } from '#server/router.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { Logo } from '#ui/logo.tsx'
import { formatDay } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import card from '#observe/approvals/approvals.module.css'

type Invitation = NonNullable<inferRouterOutputs<AppRouter>['members']['byLink']>

export function JoinPage({ token }: { token: string }) {
  const trpc = useTRPC()
  const query = useQuery(trpc.members.byLink.queryOptions({ token }, { retry: false }))
  const invitation = query.data
  return (
    <main className={card.page}>
      <div className={card.card}>
        <Logo />
        {query.isPending ? <Loader aria-label="Loading the invitation" /> : null}
        {query.error === null ? null : <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
        {invitation === null ? <Words title="This link leads nowhere">It is not complete, or the invitation is long over. Copy the whole link again from where you got it, or ask whoever sent it for a new one.</Words> : null}
        {invitation === undefined || invitation === null ? null : <Known token={token} invitation={invitation} onChanged={() => void query.refetch()} />}
      </div>
    </main>
  )
}

function Words({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h1 className={card.title}>{title}</h1>
      <p className={card.message}>{children}</p>
    </div>
  )
}

function Known({ token, invitation, onChanged }: { token: string; invitation: Invitation; onChanged(): void }) {
  const { state, workspace, role, by, until, you } = invitation
  if (you !== null && you.member !== null && (you.invited || state !== 'open')) {
    return (
      <>
        <Words title={`You are in ${workspace}`}>There is nothing left to do with this link.</Words>
        <div className={card.buttons}><Button variant="filled" component="a" href={`/w/${you.member.workspace}`}>Open {workspace}</Button></div>
      </>
    )
  }
  if (state !== 'open') return <Ended invitation={invitation} />
  return (
    <>
      <Words title={`Join ${workspace}`}>
        {by === null ? 'You are invited' : <><b>{by}</b> invites you</>} as {roleWords[role].as}. {roleWords[role].name}s may {roleWords[role].may}. The link works once, until {formatDay(Date.parse(until))}.
      </Words>
      <Way token={token} invitation={invitation} onChanged={onChanged} />
    </>
  )
}

/** What is left to do, by who has opened the link. */
function Way({ token, invitation: { workspace, email, account, you }, onChanged }: { token: string; invitation: Invitation; onChanged(): void }) {
  const trpc = useTRPC()
  const join = useMutation(trpc.members.join.mutationOptions({ onSuccess: (joined) => window.location.assign(`/w/${joined.workspace}`), onError: onChanged }))
  const problem = join.error === null ? null : <ErrorNote error={join.error} />
  if (you === null && !account) return <JoinSignUp token={token} email={email} workspace={workspace} />
  if (you === null) {
    return (
      <>
        <p>You have an account with this address. Sign in, and you are in.</p>
        {problem}
        <SignInFields email={email} label={`Sign in and join ${workspace}`} onSignedIn={() => join.mutate({ token })} />
      </>
    )
  }
  if (!you.invited) {
    return (
      <>
        <p>It is for <b>{email}</b>, and you are signed in as <b>{you.email}</b>. Sign out to go on with the other address, or ask for an invitation to this one.</p>
        <div className={card.buttons}><Button variant="filled" onClick={() => void signOut({ redirect: false }).then(() => window.location.reload())}>Sign out and go on</Button></div>
      </>
    )
  }
  return (
    <>
      {problem}
      <div className={card.buttons}><Button variant="filled" loading={join.isPending || join.isSuccess} onClick={() => join.mutate({ token })}>Join {workspace}</Button></div>
      <p className={card.quiet}>You are signed in as {you.email}.</p>
    </>
  )
}

const endings: Record<Exclude<Invitation['state'], 'open'>, { title: string; next(who: string): string }> = {
  used: { title: 'This invitation has been used', next: (who) => `If that was you, sign in with the address it was for. If it was not, tell ${who}.` },
  expired: { title: 'This invitation has run out', next: (who) => `It was good for a week. Ask ${who} for a new link.` },
  revoked: { title: 'This invitation was taken back', next: (who) => `Ask ${who} if you think it should not have been.` },
  replaced: { title: 'There is a newer link', next: (who) => `Open the one in your latest mail, or ask ${who} for it.` },
}

function Ended({ invitation: { state, workspace, by, you } }: { invitation: Invitation }) {
  if (state === 'open') return null
  const { title, next } = endings[state]
  return (
    <>
      <Words title={title}>It was for the workspace {workspace}. {next(by ?? 'whoever sent it')}</Words>
      <div className={card.buttons}>{you === null ? <Button component="a" href="/signin">Sign in</Button> : <Button component="a" href="/">Go to your workspaces</Button>}</div>
    </>
  )
}
