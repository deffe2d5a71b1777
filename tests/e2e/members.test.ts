/** A second person comes in by a link, works along, is made a viewer and is taken out; workspaces are switched, renamed and deleted. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { axeFindings } from '#tests/e2e/axe.ts'
import { keepPicture, newWorkflow, signUp } from '#tests/e2e/editor-page.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'

let app: TestApp
let ada: Page
let ben: Page
let workspace: string
let drawing: string
let link: string
beforeAll(async () => {
  app = await startTestApp()
  ada = await app.newPage()
  ben = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(async () => {
  await keepPicture(ada, 'members-ada')
  await keepPicture(ben, 'members-ben')
}))

/** A picture for whoever looks at the screens, where they asked for it. */
async function show(page: Page, name: string): Promise<void> {
  if (process.env.REVIEW_PICTURES) await page.screenshot({ path: `${process.env.REVIEW_PICTURES}/${name}.png` })
}

/** Of the page in both themes. */
async function findings(page: Page, part?: string): Promise<string[]> {
  const light = await axeFindings(page, part)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  // The page hears of it, and follows.
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
  const dark = await axeFindings(page, part)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark.map((one) => `dark: ${one}`)]
}

const row = (page: Page, who: string) => page.getByRole('listitem').filter({ hasText: who })

async function invite(email: string, role: string): Promise<string> {
  await ada.goto(`${workspace}/settings/people`)
  await ada.getByRole('button', { name: 'Invite', exact: true }).click()
  await ada.getByLabel('E-mail address').fill(email)
  await ada.getByRole('radio', { name: role }).check()
  await ada.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  return ada.getByTestId('invitation-link').innerText()
}

test('an owner invites somebody and gets the link to hand over', async () => {
  workspace = await signUp(ada, { workspace: 'North Ops', email: 'ada@north.example', password: 'correct horse battery' })
  await ada.goto(`${workspace}/settings`)
  await ada.getByRole('link', { name: 'People' }).click()
  await ada.getByRole('heading', { name: '1 member' }).waitFor()
  await ada.getByRole('button', { name: 'Invite', exact: true }).click()
  await ada.getByRole('dialog').getByRole('radio', { name: 'Editor' }).waitFor()
  expect(await findings(ada)).toEqual([])
  await show(ada, 'invite')
  link = await invite('ben@north.example', 'Editor')
  expect(link).toMatch(/^http:\/\/localhost:\d+\/join\/[\w-]{43}$/)
  await ada.getByRole('status').filter({ hasText: 'No mail server is set' }).waitFor()
  expect(await findings(ada)).toEqual([])
  await show(ada, 'invited')
  await ada.getByRole('button', { name: 'Done' }).click()
  await row(ada, 'ben@north.example').getByText('Editor').waitFor()
  expect(await findings(ada)).toEqual([])
})

test('who has no account signs up right at the link, and is in', async () => {
  await ben.goto(link)
  await ben.getByRole('heading', { name: 'Join North Ops' }).waitFor()
  expect(await ben.getByLabel('Work e-mail').inputValue()).toBe('ben@north.example')
  expect(await findings(ben)).toEqual([])
  await show(ben, 'join')
  await ben.getByLabel('Your name').fill('Ben')
  await ben.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await ben.getByRole('button', { name: 'Join North Ops' }).click()
  await ben.waitForURL((url) => url.pathname === workspace)
  await ada.reload()
  await ada.getByRole('heading', { name: '2 members' }).waitFor()
  await row(ada, 'Ben').getByText('ben@north.example').waitFor()
  await ada.getByText('Nobody is invited at the moment.').waitFor()
  // The mail lies in the Outbox for those who may invite, and for nobody else.
  await ada.goto(`${workspace}/outbox`)
  await ada.getByRole('heading', { name: 'ada@north.example invites you to North Ops on Fanwise' }).waitFor()
  await ben.goto(`${workspace}/outbox`)
  await ben.getByText('No mails yet').waitFor()
  // Whoever finds the link later is told, and led on.
  const stranger = await app.newPage()
  await stranger.goto(link)
  await stranger.getByRole('heading', { name: 'This invitation has been used' }).waitFor()
  expect(await findings(stranger)).toEqual([])
  await stranger.goto(`${link}x`)
  await stranger.getByRole('heading', { name: 'This link leads nowhere' }).waitFor()
  await stranger.context().close()
})

test('both see each other in the editor', async () => {
  await newWorkflow(ada, workspace, 'Shared')
  drawing = new URL(ada.url()).pathname
  await ben.goto(drawing)
  await ben.getByTestId('canvas').waitFor()
  await ben.getByTestId('publish').waitFor()
  await ada.getByRole('img', { name: 'Also here: Ben' }).waitFor()
})

test('made a viewer, his open editor shows it at once, without being loaded again', async () => {
  const settings = await ada.context().newPage()
  await settings.goto(`${workspace}/settings/people`)
  await settings.getByRole('combobox', { name: 'Role of Ben' }).click()
  await settings.getByRole('option', { name: /Viewer/ }).click()
  await settings.getByText('Ben is a viewer now.').waitFor()
  await ben.getByText('You are a viewer in North Ops now.').waitFor()
  await ben.getByText('View only').waitFor()
  await ben.getByTestId('publish').waitFor({ state: 'detached' })
  await show(ben, 'viewer-now')
  await settings.getByRole('combobox', { name: 'Role of Ben' }).click()
  await settings.getByRole('option', { name: /Editor/ }).click()
  await ben.getByTestId('publish').waitFor()
  await settings.getByRole('button', { name: 'Remove Ben' }).click()
  await settings.getByRole('dialog').getByText('They lose access at once').waitFor()
  expect(await findings(settings)).toEqual([])
  await show(settings, 'remove')
  await settings.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await settings.getByRole('heading', { name: '1 member' }).waitFor()
  await settings.close()
})

test('taken out, his open page says so, and he is led on', async () => {
  await ben.getByRole('heading', { name: 'You are not in North Ops any more' }).waitFor()
  expect(await findings(ben)).toEqual([])
  await show(ben, 'gone')
  await ada.getByTestId('present').waitFor({ state: 'detached' })
  await ben.getByRole('link', { name: 'Go to your workspaces' }).click()
  await ben.getByRole('heading', { name: 'You are in no workspace' }).waitFor()
  expect(await findings(ben)).toEqual([])
  await show(ben, 'no-workspace')
  await ben.goto(workspace)
  await ben.getByRole('heading', { name: 'There is nothing here' }).waitFor()
})

test('he makes a workspace of his own, is invited again, and switches between the two, also on a phone', async () => {
  await ben.goto('/')
  await ben.getByLabel('Workspace name').fill('Ben Works')
  await ben.getByRole('button', { name: 'Create workspace' }).click()
  await ben.waitForURL('**/w/ben-works')
  await ben.goto(await invite('ben@north.example', 'Viewer'))
  await ben.getByText('You are signed in as ben@north.example.').waitFor()
  await show(ben, 'join-signed-in')
  await ben.getByRole('button', { name: 'Join North Ops' }).click()
  await ben.waitForURL((url) => url.pathname === workspace)
  await ben.getByRole('button', { name: 'North Ops, switch workspace' }).click()
  await ben.getByRole('menuitem', { name: 'New workspace' }).waitFor()
  expect(await findings(ben)).toEqual([])
  await show(ben, 'switcher')
  await ben.getByRole('menuitem', { name: 'Ben Works' }).click()
  await ben.waitForURL('**/w/ben-works')
  await ben.getByRole('button', { name: 'Ben Works, switch workspace' }).waitFor()
  await ben.setViewportSize({ width: 390, height: 844 })
  await ben.goto('/w/ben-works/runs')
  await ben.getByRole('button', { name: 'Account of Ben' }).click()
  await ben.getByRole('menuitem', { name: 'North Ops' }).waitFor()
  expect(await findings(ben)).toEqual([])
  await show(ben, 'switcher-phone')
  await ben.getByRole('menuitem', { name: 'North Ops' }).click()
  await ben.waitForURL((url) => url.pathname === workspace)
})

test('somebody else who is signed in is offered to sign out, and goes on with the invited address', async () => {
  const forCy = await invite('cy@north.example', 'Viewer')
  await ben.setViewportSize({ width: 1440, height: 900 })
  await ben.goto(forCy)
  await ben.getByText('you are signed in as').waitFor()
  expect(await findings(ben)).toEqual([])
  await ben.getByRole('button', { name: 'Sign out and go on' }).click()
  await ben.getByLabel('Your name').waitFor()
})

test('a workspace gets another name, which other open pages show, and keeps its address', async () => {
  await ada.goto(`${workspace}/runs`)
  const settings = await ada.context().newPage()
  await settings.goto(`${workspace}/settings`)
  await settings.locator('#workspace').getByLabel('Name').fill('South Ops')
  await settings.getByRole('button', { name: 'Rename' }).click()
  await settings.getByText('The workspace is called South Ops now.').waitFor()
  await settings.getByRole('button', { name: 'South Ops, switch workspace' }).waitFor()
  await settings.locator('#workspace').scrollIntoViewIfNeeded()
  expect(await findings(settings, '#workspace')).toEqual([])
  await show(settings, 'workspace-section')
  await ada.bringToFront()
  await ada.getByRole('button', { name: 'South Ops, switch workspace' }).waitFor()
  expect(new URL(ada.url()).pathname).toBe(`${workspace}/runs`)
  await settings.close()
})

test('its owner deletes it, after typing its name, and is where new ones are made', async () => {
  await ada.goto(`${workspace}/settings`)
  await ada.getByRole('button', { name: 'Delete workspace' }).click()
  const dialog = ada.getByRole('dialog', { name: 'Delete South Ops?' })
  await dialog.getByText('5 workflows with their events and runs').waitFor()
  expect(await dialog.getByRole('button', { name: 'Delete for good' }).isDisabled()).toBe(true)
  expect(await findings(ada, '[role=dialog]')).toEqual([])
  await show(ada, 'delete-workspace')
  await dialog.getByLabel('Type South Ops to delete it').fill('South Ops')
  await dialog.getByRole('button', { name: 'Delete for good' }).click()
  await ada.getByRole('heading', { name: 'You are in no workspace' }).waitFor()
  await ada.goto(workspace)
  await ada.getByRole('heading', { name: 'There is nothing here' }).waitFor()
})
