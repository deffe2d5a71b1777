'use client'
/** Drawings to begin with: found by word or category, each used with one press. */
import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useMemo, useState } from 'react'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { templateCategories, templates, type Template } from '#examples/templates/list.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './workflows.module.css'

const everything = 'All'

export function TemplateGallery() {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [search, setSearch] = useState('')
  const [category, setCategory] = useState<string>(everything)
  const create = useMutation(trpc.workflows.create.mutationOptions({
    onSuccess: ({ slug }) => {
      void client.invalidateQueries(trpc.workflows.list.pathFilter())
      router.push(workspace.path(`/workflows/${slug}`))
    },
  }))
  const shown = useMemo(() => findTemplates(search, category), [search, category])
  return (
    <Page crumbs={[{ label: 'Workflows', path: '/workflows' }, { label: 'Templates' }]}>
      <div className={classes.head}>
        <h1 className={classes.title}>Templates</h1>
        <TextInput aria-label="Search templates" placeholder="Search" leftSection={<IconSearch size={15} stroke={1.7} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} w={260} />
      </div>
      <p className={classes.lead}>Each is a draft of your own once you use it. All of them run here and now, against the playground: nothing leaves this server until you change an address. A test passes waits of hours and days at once.</p>
      <SegmentedControl aria-label="Category" className={classes.categories} value={category} onChange={setCategory} data={[everything, ...templateCategories]} />
      {create.error === null ? null : <ErrorNote error={create.error} onRetry={() => create.reset()} />}
      {shown.length === 0 ? <EmptyState title="No template by that word">Take something away from the search, or choose another category.</EmptyState> : null}
      <div className={classes.cards}>
        {shown.map((template) => (
          <TemplateCard
            key={template.slug} template={template} busy={(create.isPending || create.isSuccess) && create.variables?.template === template.slug} disabled={create.isPending} mayUse={workspace.role !== 'viewer'}
            onUse={() => create.mutate({ workspace: workspace.slug, name: template.name, template: template.slug })}
          />
        ))}
      </div>
    </Page>
  )
}

export function findTemplates(search: string, category: string): Template[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return templates.filter((one) => {
    const text = `${one.name} ${one.blurb} ${one.slug} ${one.category}`.toLowerCase()
    return (category === everything || one.category === category) && words.every((word) => text.includes(word))
  })
}

function TemplateCard({ template, busy, disabled, mayUse, onUse }: { template: Template; busy: boolean; disabled: boolean; mayUse: boolean; onUse: () => void }) {
  const document = useMemo(() => template.draw(), [template])
  return (
    <article className={classes.card} data-testid={`template-${template.slug}`}>
      <span className={classes.picture}><Thumbnail document={document} label={`Drawing of ${template.name}`} /></span>
      <span className={classes.body}>
        <span className={classes.name}>{template.name}</span>
        <span className={classes.about}>{template.blurb}{template.hint === undefined ? '' : ` ${template.hint}`}</span>
        <span className={classes.foot}>
          <span className={classes.chip}>{template.category}</span>
          {mayUse && <Button size="xs" loading={busy} disabled={disabled && !busy} onClick={onUse} aria-label={`Use this: ${template.name}`}>Use this</Button>}
        </span>
      </span>
    </article>
  )
}
