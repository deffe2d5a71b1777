/** "North Ops" → "north-ops"; never empty, never a word the site needs. */
const reserved = new Set(['new', 'api', 'admin', 'settings', 'signin', 'signup'])

export function slugOf(name: string, fallback = 'workspace'): string {
  const slug = name.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '').replaceAll(/[^a-z0-9]+/g, '-').slice(0, 48).replaceAll(/^-+|-+$/g, '')
  if (slug === '') return fallback
  return reserved.has(slug) ? `${slug}-${fallback}` : slug
}
