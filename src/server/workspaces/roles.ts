/** Strongest first. */
export const roles = ['owner', 'admin', 'editor', 'viewer'] as const
export type Role = (typeof roles)[number]
/** May change things and decide; viewers only look and comment. */
export const mayAct = (role: Role): boolean => role !== 'viewer'
