/**
 * What bootstrap leaves for later commands: `<data folder>/bootstrap.json`, readable by its owner
 * only. The database keeps just the hash of an API key, so this file is where its text lives.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const shape = z.object({
  url: z.string(),
  /** Slug of the workspace that bootstrap spoke of last. */
  current: z.string(),
  workspaces: z.record(z.string(), z.object({ apiKey: z.string() })),
})
export type Saved = z.infer<typeof shape>

/** Null when there is none, or none that can be read. */
export function readSaved(dataDir: string): Saved | null {
  const file = fileIn(dataDir)
  if (!existsSync(file)) return null
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

export function save(dataDir: string, url: string, workspace: string, apiKey: string): void {
  const before = readSaved(dataDir)
  mkdirSync(dataDir, { recursive: true })
  const next: Saved = { url, current: workspace, workspaces: { ...before?.workspaces, [workspace]: { apiKey } } }
  writeFileSync(fileIn(dataDir), `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 })
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'bootstrap.json')
}
