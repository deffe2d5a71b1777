/** Every colour and shadow of the look, by scheme. `theme.ts` emits them as `--fw-<name>`. */
const light = {
  bg: '#F6F8F8', canvas: '#EDF1F1', dot: '#C9D4D5', surface: '#FFFFFF', sunken: '#F0F4F4', frame: '#F8FAFA', hover: '#E8EEEE',
  line: '#DCE4E4', 'line-2': '#B4C1C3', 'line-ui': '#7B8A8D', wire: '#5B6B70', wall: '#839194', 'on-fill': '#FFFFFF',
  ink: '#132024', 'ink-2': '#445459', 'ink-3': '#5A6A6F',
  event: '#006875', 'event-fill': '#006C7A', 'event-hi': '#00808F', 'on-event': '#FFFFFF', 'event-soft': '#D9EFF1', 'event-mid': '#7FBEC5',
  done: '#23704A', 'done-fill': '#317C56', 'done-soft': '#DFF0E5',
  wait: '#8A5000', 'wait-fill': '#BF7506', 'wait-soft': '#FCEED2',
  fail: '#B3202A', 'fail-fill': '#CE3038', 'fail-soft': '#FBE2E1',
  idle: '#5A6A6F', 'idle-fill': '#A9B6B9', 'idle-soft': '#E6ECEC',
  primary: '#132024', 'on-primary': '#FFFFFF', sel: '#132024',
  'note-yellow': '#7D6A00', 'note-yellow-soft': '#FAF3C7', 'note-blue': '#2F5D9B', 'note-blue-soft': '#E0EAF7', 'note-violet': '#7A3B8F', 'note-violet-soft': '#F0E4F5',
  'note-pink': '#B03A73', 'note-pink-soft': '#FBE3EE', 'note-brown': '#7A5A35', 'note-brown-soft': '#F0E6DA',
  e1: '0 1px 1px rgba(19,32,36,.05), 0 1px 3px rgba(19,32,36,.06)',
  e2: '0 2px 4px rgba(19,32,36,.06), 0 8px 24px rgba(19,32,36,.10)',
  e3: '0 4px 8px rgba(19,32,36,.08), 0 24px 56px rgba(19,32,36,.18)',
  'code-key': '#00616D', 'code-string': '#23704A', 'code-number': '#8A5000', 'code-word': '#7A3B8F',
}

export type TokenName = keyof typeof light

const dark: Record<TokenName, string> = {
  bg: '#0F1719', canvas: '#0A1113', dot: '#253338', surface: '#162023', sunken: '#0F181A', frame: '#111A1D', hover: '#202D31',
  line: '#26343A', 'line-2': '#42545A', 'line-ui': '#6E8187', wire: '#93A4A9', wall: '#64777D', 'on-fill': '#0A1113',
  ink: '#E9F1F1', 'ink-2': '#B0BFC2', 'ink-3': '#8E9EA3',
  event: '#5CCBD5', 'event-fill': '#0F7A87', 'event-hi': '#1A93A1', 'on-event': '#FFFFFF', 'event-soft': '#0E3238', 'event-mid': '#2C7F89',
  done: '#6CCB94', 'done-fill': '#46A673', 'done-soft': '#12301F',
  wait: '#F2B655', 'wait-fill': '#D9952A', 'wait-soft': '#38270A',
  fail: '#FF8A84', 'fail-fill': '#EA615C', 'fail-soft': '#301517',
  idle: '#8E9EA3', 'idle-fill': '#56676D', 'idle-soft': '#1E2A2E',
  primary: '#E9F1F1', 'on-primary': '#0F1719', sel: '#E9F1F1',
  'note-yellow': '#D6C24A', 'note-yellow-soft': '#2B2810', 'note-blue': '#7FAEE8', 'note-blue-soft': '#14243A', 'note-violet': '#C79BDA', 'note-violet-soft': '#2A1B33',
  'note-pink': '#EE8DB8', 'note-pink-soft': '#361927', 'note-brown': '#CFA678', 'note-brown-soft': '#2C2118',
  e1: '0 1px 2px rgba(0,0,0,.4)',
  e2: '0 2px 6px rgba(0,0,0,.4), 0 10px 28px rgba(0,0,0,.45)',
  e3: '0 4px 10px rgba(0,0,0,.5), 0 28px 64px rgba(0,0,0,.6)',
  'code-key': '#5CCBD5', 'code-string': '#6CCB94', 'code-number': '#F2B655', 'code-word': '#D3A2E6',
}

export const tokens = { light, dark }

/** The same for both schemes. */
export const constants = {
  font: 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif',
  mono: '"JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, monospace',
  'r-step': '4px', 'r-field': '6px', 'r-card': '10px', 'r-sheet': '14px',
  'top-bar': '52px', rail: '48px',
}
