'use client'
/** One member: who, since when, last seen, and what the reader may do about them. */
import { Button, Select } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconCheck } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { roleWords, type RoleName } from '#base/role-words.ts'
import type { MemberOnScreen } from '#server/members/members.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDay } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './people.module.css'

const mayWords = (role: RoleName): string => `May ${roleWords[role].may}`
const order = Object.keys(roleWords) as RoleName[]

export function MemberRow({ member }: { member: MemberOnScreen }) {
  const name = member.name ?? member.email
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <span className={classes.name}>{name}{member.self ? <span className={classes.you}>you</span> : null}</span>
        {member.name === null ? null : <span className={classes.email}>{member.email}</span>}
      </div>
      <div className={classes.when}>
        <span>Since {formatDay(Date.parse(member.since))}</span>
        <span>{member.seenAt === null ? 'Not seen here yet' : <>Seen <RelativeTime at={Date.parse(member.seenAt)} ago /></>}</span>
      </div>
      <RoleChoice member={member} name={name} />
      {member.mayTakeOut ? <TakeOut member={member} name={name} /> : <span />}
    </li>
  )
}

function RoleChoice({ member, name }: { member: MemberOnScreen; name: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const set = useMutation(trpc.members.setRole.mutationOptions({
    onError: notifyError,
    onSuccess: (_nothing, { role }) => {
      // One's own change every open page tells by itself (ui/shell/here.ts).
      if (member.self) void client.invalidateQueries(trpc.workspaces.here.pathFilter())
      else notifyDone(`${name} is ${roleWords[role].as} now.`)
    },
    onSettled: () => client.invalidateQueries(trpc.members.pathFilter()),
  }))
  if (member.mayBecome.length === 0) return <span className={classes.role} title={mayWords(member.role)}>{roleWords[member.role].name}</span>
  const choose = (role: RoleName): void => {
    const apply = () => set.mutate({ workspace: workspace.slug, id: member.id, role })
    const question = questionOf(member, name, role)
    if (question === null) return apply()
    modals.openConfirmModal({ ...question, confirmProps: { variant: 'filled' }, onConfirm: apply })
  }
  const choices = order.filter((role) => role === member.role || member.mayBecome.includes(role))
  return (
    <Select
      className={classes.role} aria-label={`Role of ${name}`} data={choices.map((role) => ({ value: role, label: roleWords[role].name }))} allowDeselect={false}
      value={set.isPending ? set.variables.role : member.role} disabled={set.isPending} onChange={(value) => { if (value !== null && value !== member.role) choose(value as RoleName) }}
      maxDropdownHeight={340} comboboxProps={{ width: 300, position: 'bottom-end' }}
      renderOption={({ option, checked }) => (
        <span className={classes.option}>
          <b>{option.label}{checked === true ? <IconCheck size={14} stroke={1.9} aria-hidden /> : null}</b>
          <small>{mayWords(option.value as RoleName)}</small>
        </span>
      )}
    />
  )
}

/** What cannot be taken back alone is asked before. */
function questionOf(member: MemberOnScreen, name: string, role: RoleName) {
  if (member.self) return { title: `Become ${roleWords[role].as}?`, children: `From then on you may ${roleWords[role].may}, no more. Only somebody with a stronger role can give yours back.${role === 'viewer' && member.saysGo ? ` ${goWords(true)}` : ''}`, labels: { confirm: `Become ${roleWords[role].as}`, cancel: 'Stay as it is' } }
  if (role === 'owner') return { title: `Make ${name} an owner?`, children: 'Owners decide about everything and everybody, also about you.', labels: { confirm: 'Make an owner', cancel: 'Stay as it is' } }
  if (role === 'viewer' && member.saysGo) return { title: `Make ${name} a viewer?`, children: goWords(false), labels: { confirm: 'Make a viewer', cancel: 'Stay as it is' } }
  return null
}

function TakeOut({ member, name }: { member: MemberOnScreen; name: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const takeOut = useMutation(trpc.members.takeOut.mutationOptions({
    onError: notifyError,
    onSuccess: () => {
      if (member.self) return window.location.assign('/')
      notifyDone(`${name} is not in ${workspace.name} any more.`)
      // The button goes with its row; the keyboard goes on from the list.
      document.getElementById('members')?.focus()
    },
    onSettled: () => client.invalidateQueries(trpc.members.pathFilter()),
  }))
  const ask = () => modals.openConfirmModal({
    title: member.self ? `Leave ${workspace.name}?` : `Remove ${name}?`,
    children: <Consequences member={member} />,
    labels: member.self ? { confirm: 'Leave', cancel: 'Stay' } : { confirm: 'Remove', cancel: 'Keep' },
    confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => takeOut.mutate({ workspace: workspace.slug, id: member.id }),
  })
  return <Button size="xs" onClick={ask} loading={takeOut.isPending} aria-label={member.self ? `Leave ${workspace.name}` : `Remove ${name}`}>{member.self ? 'Leave' : 'Remove'}</Button>
}

/** When who says go to big fan-outs leaves, or may only look from then on. */
const goWords = (self: boolean): string => `Big fan-outs wait for ${self ? 'your' : 'their'} go today. From then on any owner or admin says it, and gets a mail about those that wait.`

function Consequences({ member: { self, role, keys, saysGo } }: { member: MemberOnScreen }) {
  return (
    <div className={classes.consequences}>
      <p>{self ? 'You lose access at once, and only an owner or admin can invite you again.' : 'They lose access at once, also on pages they have open.'} What {self ? 'you' : 'they'} drew, published and wrote stays.{role === 'owner' || role === 'admin' ? ` Invitations ${self ? 'you' : 'they'} made that nobody has used stop working.` : ''}</p>
      {keys === 0 ? null : <p>{keys === 1 ? 'One key' : `${keys} keys`} {self ? 'you' : 'they'} made {keys === 1 ? 'goes' : 'go'} on working for whoever has {keys === 1 ? 'it' : 'them'}. Revoke {keys === 1 ? 'it' : 'them'} in Settings if {keys === 1 ? 'it' : 'they'} should not.</p>}
      {saysGo ? <p>{goWords(self)}</p> : null}
    </div>
  )
}
