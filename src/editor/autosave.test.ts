/**
 * Promise under test: whatever is lost, repeated or restarted, no edit is lost, none is applied
 * twice, and all tabs and the server end with the same document.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument, type NoteNode } from '#graph/document.ts'
import { applyChanges, type Change, type Operation } from '#graph/operations.ts'
import { Autosave, joinChanges, type SaveState, type Timers, type Transport } from './autosave.ts'
import { putBack, type Conflict } from './conflict.ts'

class Offline extends Error {}
class SignedOut extends Error {}

/** What the server promises: operations in one order, each number of a client once. */
class Server {
  document = emptyDocument()
  log: { revision: number; operation: Operation }[] = []
  times = new Map<string, number>()
  private seen = new Map<string, number>()

  push(request: { clientId: string; sinceRevision: number; operations: Operation[] }) {
    const others = this.log.filter((entry) => entry.revision > request.sinceRevision && entry.operation.clientId !== request.clientId)
    for (const operation of request.operations) {
      if (operation.seq <= (this.seen.get(operation.clientId) ?? 0)) continue
      this.seen.set(operation.clientId, operation.seq)
      this.document = applyChanges(this.document, operation.changes)
      this.log.push({ revision: this.log.length + 1, operation })
      const key = `${operation.clientId}/${operation.seq}`
      this.times.set(key, (this.times.get(key) ?? 0) + 1)
    }
    return {
      revision: this.log.length,
      acknowledgedSeq: this.seen.get(request.clientId) ?? 0,
      others: others.map(({ revision, operation }) => ({ revision, author: 'Mara', ...operation })),
    }
  }
}

class ManualTimers implements Timers {
  private due = new Map<number, () => void>()
  private last = 0
  set(run: () => void): number {
    this.due.set(++this.last, run)
    return this.last
  }
  clear(timer: unknown): void {
    this.due.delete(timer as number)
  }
  fire(): void {
    const runs = [...this.due.values()]
    this.due.clear()
    for (const run of runs) run()
  }
}

type Weather = 'fine' | 'request lost' | 'answer lost' | 'signed out'

class Tab {
  stored: Operation[] = []
  timers = new ManualTimers()
  weather: Weather = 'fine'
  state!: SaveState
  conflicts: Conflict[] = []
  refuseStorage = false
  autosave: Autosave
  readonly server: Server
  clientId: string

  constructor(server: Server, clientId: string) {
    this.server = server
    this.clientId = clientId
    this.autosave = this.open()
  }

  private transport: Transport = {
    push: async (request) => {
      const weather = this.weather
      if (weather === 'signed out') throw new SignedOut()
      if (weather === 'request lost') throw new Offline()
      const answer = structuredClone(this.server.push(structuredClone(request)))
      if (weather === 'answer lost') throw new Offline()
      return answer
    },
    load: async () => {
      if (this.weather !== 'fine') throw new Offline()
      return structuredClone({ document: this.server.document, revision: this.server.log.length })
    },
    explain: (error) => ({ kind: error instanceof SignedOut ? 'signed-out' : 'offline' }),
  }

  private open(): Autosave {
    const autosave = new Autosave({
      clientId: this.clientId,
      document: structuredClone(this.server.document),
      revision: this.server.log.length,
      pending: structuredClone(this.stored),
      transport: this.transport,
      store: {
        save: async (operations) => {
          if (this.refuseStorage) throw new Error('quota')
          this.stored = structuredClone(operations)
        },
      },
      timers: this.timers,
      onState: (state) => { this.state = state },
      onRemote: () => {},
      onConflict: (conflict) => { this.conflicts.push(conflict) },
    })
    this.state = autosave.state
    return autosave
  }

  /** The tab is closed and opened again: only what was stored is left. */
  reload(): void {
    this.autosave.stop()
    this.timers = new ManualTimers()
    this.clientId += '+'
    this.autosave = this.open()
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 12; i++) {
      this.timers.fire()
      for (let turn = 0; turn < 30; turn++) await Promise.resolve()
    }
  }
}

const note = (id: string, text = id): Change => {
  const node: NoteNode = { id, type: 'note', position: { x: 0, y: 0 }, size: { w: 100, h: 40 }, text }
  return { path: ['nodes', id], value: node as unknown as Change['value'] }
}
const setText = (id: string, text: string): Change => ({ path: ['nodes', id, 'text'], value: text })
const sorted = (document: GraphDocument): unknown => Object.entries(document.nodes).sort(([a], [b]) => (a < b ? -1 : 1))

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), tab: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), tab: fc.nat(2), at: fc.nat(30), grouped: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), tab: fc.nat(2), at: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('weather' as const), tab: fc.nat(2), weather: fc.constantFrom<Weather>('fine', 'request lost', 'answer lost', 'signed out') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), tab: fc.nat(2), turns: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), tab: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('news' as const), tab: fc.nat(2) }) },
)

describe('autosave', () => {
  test('nothing lost, nothing twice, all converge', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const server = new Server()
      const tabs = ['a', 'b', 'c'].map((id) => new Tab(server, id))
      const made: string[] = []
      const removed = new Set<string>()
      for (const [i, action] of steps.entries()) {
        const tab = tabs[action.tab] as Tab
        if (action.do === 'add') {
          made.push(`n${i}`)
          tab.autosave.edit('Add note', [note(`n${i}`)])
        } else if (action.do === 'write' && made.length > 0) {
          const id = made[action.at % made.length] as string
          tab.autosave.edit('Edit note', [setText(id, `${tab.clientId}${i}`)], action.grouped ? id : undefined)
        } else if (action.do === 'remove' && made.length > 0) {
          const id = made[action.at % made.length] as string
          removed.add(id)
          tab.autosave.edit('Delete note', [{ path: ['nodes', id] }])
        } else if (action.do === 'weather') tab.weather = action.weather
        else if (action.do === 'news') tab.autosave.news()
        else if (action.do === 'reload') {
          // A page only closes after its last storage write went through.
          for (let turn = 0; turn < 400; turn++) await Promise.resolve()
          tab.reload()
        } else if (action.do === 'turn') {
          tab.timers.fire()
          for (let turn = 0; turn < action.turns; turn++) await Promise.resolve()
        }
      }
      for (const tab of tabs) tab.weather = 'fine'
      for (let round = 0; round < 3; round++) {
        for (const tab of tabs) {
          tab.autosave.retryNow()
          await tab.settle()
        }
      }
      for (const id of made) if (!removed.has(id)) expect(server.document.nodes).toHaveProperty(id)
      for (const times of server.times.values()) expect(times).toBe(1)
      for (const tab of tabs) {
        expect(tab.state.kind).toBe('saved')
        expect(tab.stored).toEqual([])
        expect(sorted(tab.autosave.document)).toEqual(sorted(server.document))
      }
    }), { numRuns: 400 })
  })

  test('tells the truth: saving, offline, signed out, saved', async () => {
    const server = new Server()
    const tab = new Tab(server, 'a')
    expect(tab.state).toMatchObject({ kind: 'saved', waiting: 0 })
    tab.weather = 'request lost'
    tab.autosave.edit('Add note', [note('n1')])
    expect(tab.state).toMatchObject({ kind: 'saving', waiting: 1 })
    await tab.settle()
    expect(tab.state).toMatchObject({ kind: 'offline', waiting: 1, kept: true })
    tab.weather = 'signed out'
    tab.autosave.retryNow()
    await tab.settle()
    expect(tab.state).toMatchObject({ kind: 'signed-out', waiting: 1 })
    expect(tab.stored).toHaveLength(1)
    tab.weather = 'fine'
    tab.autosave.retryNow()
    await tab.settle()
    expect(tab.state).toMatchObject({ kind: 'saved', waiting: 0 })
    expect(server.document.nodes).toHaveProperty('n1')
  })

  test('says so when the browser refuses to keep edits', async () => {
    const tab = new Tab(new Server(), 'a')
    tab.refuseStorage = true
    tab.weather = 'request lost'
    tab.autosave.edit('Add note', [note('n1')])
    await tab.settle()
    expect(tab.state).toMatchObject({ kind: 'offline', kept: false })
  })

  test('sends what a closed tab left behind, under its own numbers', async () => {
    const server = new Server()
    const left = [{ clientId: 'old', seq: 7, label: 'Add note', changes: [note('n1')] }]
    const tab = new Tab(server, 'a')
    tab.stored = left
    tab.reload()
    expect(tab.autosave.document.nodes).toHaveProperty('n1')
    tab.autosave.edit('Add note', [note('n2')])
    await tab.settle()
    expect(server.log.map(({ operation }) => `${operation.clientId}/${operation.seq}`)).toEqual(['old/7', 'a+/1'])
    expect(tab.state.kind).toBe('saved')
  })

  test('typing in one field is one operation until it is sent', async () => {
    const server = new Server()
    const tab = new Tab(server, 'a')
    tab.autosave.edit('Add note', [note('n1')])
    await tab.settle()
    for (const text of ['h', 'he', 'hey']) tab.autosave.edit('Edit note', [setText('n1', text)], 'n1.text')
    await tab.settle()
    expect(server.log).toHaveLength(2)
    expect(server.document.nodes.n1).toMatchObject({ text: 'hey' })
    expect(joinChanges([setText('a', '1')], [setText('b', '1'), setText('b', '2')])).toEqual([setText('a', '1'), setText('b', '2')])
  })

  test('a gesture is as long as what it touches, however long it goes on', async () => {
    const server = new Server()
    const tab = new Tab(server, 'a')
    const ids = Array.from({ length: 20 }, (_, i) => `n${i}`)
    tab.autosave.edit('Add notes', ids.map((id) => note(id)))
    await tab.settle()
    tab.weather = 'request lost'
    for (let press = 1; press <= 50; press++) tab.autosave.edit('Move 20 notes', ids.map((id) => ({ path: ['nodes', id, 'position'], value: { x: press * 8, y: 0 } })), 'nudge')
    await tab.autosave.written()
    expect(tab.stored.at(-1)!.changes).toHaveLength(20)
    tab.weather = 'fine'
    await tab.settle()
    expect(Object.values(server.document.nodes).map((node) => node.position.x)).toEqual(ids.map(() => 400))
  })

  test('joined edits make of any drawing what they made of it one after the other', () => {
    const id = fc.constantFrom('n1', 'n2')
    const change = fc.oneof(
      id.map((one): Change => note(one)), id.map((one): Change => ({ path: ['nodes', one] })),
      fc.tuple(id, fc.integer({ min: 0, max: 9 })).map(([one, x]): Change => ({ path: ['nodes', one, 'position'], value: { x, y: 0 } })),
      fc.tuple(id, fc.string({ maxLength: 3 })).map(([one, text]): Change => setText(one, text)),
      fc.constantFrom<Change>({ path: ['nodes', 's', 'config'], value: { url: 'a', method: 'GET' } }, { path: ['nodes', 's', 'config', 'url'], value: 'b' }, { path: ['nodes', 's', 'config', 'url'] }, { path: ['nodes', 's', 'config', 'method'], value: 'PUT' }),
    )
    const begun = applyChanges(emptyDocument(), [
      note('n1'), { path: ['nodes', 'f'], value: { id: 'f', type: 'function', position: { x: 0, y: 0 }, size: { w: 200, h: 200 }, slug: 'f', retries: 0 } },
      { path: ['nodes', 's'], value: { id: 's', type: 'step', parent: 'f', position: { x: 0, y: 0 }, key: 's', name: 's', kind: 'http', config: {} } },
    ])
    fc.assert(fc.property(fc.array(change, { maxLength: 8 }), fc.array(change, { maxLength: 8 }), (first, second) => {
      expect(applyChanges(begun, joinChanges(first, second))).toEqual(applyChanges(applyChanges(begun, first), second))
    }), { numRuns: 500 })
  })

  test('an operation is named in 200 characters, whatever the thing is called', async () => {
    const tab = new Tab(new Server(), 'a')
    tab.autosave.edit(`Move ${'\u{1f600}'.repeat(300)}`, [note('n')])
    await tab.settle()
    const label = tab.server.log[0]!.operation.label
    expect(label.length).toBeLessThanOrEqual(200)
    expect(label).toMatch(/^Move (\u{1f600})+…$/u)
  })

  test('names what a colleague removed under an unsaved edit, and can put it back', async () => {
    const server = new Server()
    const tab = new Tab(server, 'a')
    const other = new Tab(server, 'b')
    tab.autosave.edit('Add note', [note('n1', 'old')])
    await tab.settle()
    other.autosave.news()
    await other.settle()
    other.autosave.edit('Delete note', [{ path: ['nodes', 'n1'] }])
    await other.settle()
    tab.autosave.edit('Edit note', [setText('n1', 'mine')])
    await tab.settle()
    expect(tab.conflicts).toHaveLength(1)
    expect(tab.conflicts[0]).toMatchObject({ by: 'Mara', edit: 'Edit note', nodes: [{ id: 'n1', text: 'mine' }] })
    tab.autosave.edit('Put back', putBack(tab.conflicts[0] as Conflict))
    await tab.settle()
    expect(server.document.nodes.n1).toMatchObject({ text: 'mine' })
  })

  test('flush waits for the acknowledgement, and answers false when there is none', async () => {
    const tab = new Tab(new Server(), 'a')
    tab.autosave.edit('Add note', [note('n1')])
    expect(await tab.autosave.flush()).toBe(true)
    tab.weather = 'request lost'
    tab.autosave.edit('Add note', [note('n2')])
    expect(await tab.autosave.flush()).toBe(false)
  })

  test('what was looked at is told from what came in with one’s own last edits', async () => {
    const server = new Server()
    const [mine, theirs] = [new Tab(server, 'a'), new Tab(server, 'b')]
    mine.autosave.edit('Add note', [note('n1')])
    expect(await mine.autosave.seen()).toBe(1)
    theirs.autosave.edit('Add note', [note('n2')])
    await theirs.settle()
    mine.autosave.edit('Add note', [note('n3')])
    expect(await mine.autosave.seen()).toBe('changed')
    expect(await mine.autosave.seen()).toBe(3)
    mine.weather = 'request lost'
    mine.autosave.edit('Add note', [note('n4')])
    expect(await mine.autosave.seen()).toBeNull()
  })
})
