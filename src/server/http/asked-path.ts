/** The address a page was asked for, which its layouts cannot know by themselves: the front door writes it down. */

/** Whatever a browser sends under this name is replaced. */
export const askedPathHeader = 'x-fanwise-asked-path'

/** Where to go on after signing in: the page that was asked for, when it is within `base`, such as /w/north. */
export function askedWithin(base: string, asked: string | null): string {
  if (asked === null || !URL.canParse(asked, 'http://inside.invalid')) return base
  const url = new URL(asked, 'http://inside.invalid')
  url.searchParams.delete('_rsc')
  const within = url.pathname === base || url.pathname.startsWith(`${base}/`)
  return within ? `${url.pathname}${url.search}` : base
}
