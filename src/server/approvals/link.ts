/**
 * The address on which an approval is decided. It is made from the run and the step alone, so an earlier step
 * can send it before the approval asks; whoever holds it may decide, signed in or not.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { bytesToUuid } from '#base/ids.ts'

export interface ApprovalPlace {
  workspaceId: string
  runId: string
  /** Key of the approval step. */
  step: string
}

const macBytes = 18

/** The installation's secret: FANWISE_SECRET, or the one kept beside the data. Several processes need the same. */
function secret(): string {
  const value = process.env.NEXTAUTH_SECRET
  if (!value) throw new Error('The secret of this installation is not read yet.')
  return value
}

function macOf({ workspaceId, runId, step }: ApprovalPlace): Buffer {
  return createHmac('sha256', secret()).update(`approval\u0000${workspaceId}\u0000${runId}\u0000${step}`).digest().subarray(0, macBytes)
}

export function approvalToken(place: ApprovalPlace): string {
  const bytes = Buffer.concat([Buffer.from(place.workspaceId.replaceAll('-', ''), 'hex'), Buffer.from(place.runId.replaceAll('-', ''), 'hex'), macOf(place)])
  return `${bytes.toString('base64url')}.${place.step}`
}

export const approvalUrl = (publicUrl: string, place: ApprovalPlace): string => `${publicUrl.replace(/\/$/, '')}/approve/${encodeURIComponent(approvalToken(place))}`

/** Null when the token was not made by this installation. */
export function placeOfToken(token: string): ApprovalPlace | null {
  const dot = token.indexOf('.')
  if (dot < 0 || token.length > 400) return null
  const bytes = Buffer.from(token.slice(0, dot), 'base64url')
  if (bytes.length !== 32 + macBytes) return null
  const place = { workspaceId: bytesToUuid(bytes.subarray(0, 16)), runId: bytesToUuid(bytes.subarray(16, 32)), step: token.slice(dot + 1) }
  return timingSafeEqual(macOf(place), bytes.subarray(32)) ? place : null
}
