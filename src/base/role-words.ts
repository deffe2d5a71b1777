/** What roles are called, and what those who have them may do: the same words on screens and in mails. Pure. */
export const roleWords = {
  owner: { name: 'Owner', as: 'an owner', may: 'do everything, also decide who is an owner' },
  admin: { name: 'Admin', as: 'an admin', may: 'manage people, keys, connections, secrets and settings, and do all that editors do' },
  editor: { name: 'Editor', as: 'an editor', may: 'draw, publish, send events and steer runs' },
  viewer: { name: 'Viewer', as: 'a viewer', may: 'look at everything and comment' },
} as const

export type RoleName = keyof typeof roleWords
