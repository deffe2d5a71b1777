/** The look in Mantine's terms (look.md §9). Components read `--fw-*`; Mantine's own variables point at them. */
import {
  ActionIcon, Autocomplete, Badge, Button, Checkbox, createTheme, type CSSVariablesResolver, Loader, type MantineColorsTuple, Menu, Modal, Notification, NumberInput,
  PasswordInput, Popover, SegmentedControl, Select, Switch, Table, Tabs, Textarea, TextInput, Tooltip,
} from '@mantine/core'
import { constants, tokens } from '#ui/tokens.ts'

// Index 8 is the light scheme's tone, index 3 the dark scheme's.
const ink: MantineColorsTuple = ['#F6F8F8', '#EDF1F1', '#E8EEEE', '#E9F1F1', '#B0BFC2', '#8E9EA3', '#5A6A6F', '#445459', '#132024', '#0A1113']
const peacock: MantineColorsTuple = ['#D9EFF1', '#B3DEE2', '#7FBEC5', '#0F7A87', '#1A93A1', '#00808F', '#007684', '#00707E', '#006C7A', '#00616D']
const moss: MantineColorsTuple = ['#DFF0E5', '#BFE1CC', '#9AD0B0', '#46A673', '#3F9868', '#388A5E', '#348359', '#327F57', '#317C56', '#23704A']
const amber: MantineColorsTuple = ['#FCEED2', '#F8DDA6', '#F2B655', '#D9952A', '#CE8719', '#C67E0E', '#C2790A', '#C07708', '#BF7506', '#8A5000']
const red: MantineColorsTuple = ['#FBE2E1', '#F6C2C0', '#FF8A84', '#EA615C', '#E0504E', '#D74244', '#D2393E', '#D0343B', '#CE3038', '#B3202A']

const buttonHeights: Record<string, string> = { 'compact-xs': '24px', xs: '26px', sm: '32px', md: '40px', lg: '42px' }
const fieldHeights: Record<string, string> = { xs: '26px', sm: '32px', md: '40px' }

const fieldStyles = {
  label: { fontSize: 12, lineHeight: '17px', fontWeight: 500, color: 'var(--fw-ink-2)', marginBottom: 5 },
  description: { fontSize: 12, lineHeight: '17px', color: 'var(--fw-ink-3)' },
  error: { fontSize: 12, lineHeight: '17px' },
}

/** Solid buttons take their two colours from the tokens: Mantine cannot know both schemes at once. */
function filledVars(props: { variant?: string; color?: unknown; 'data-tone'?: unknown }): Record<string, string> {
  if (props.variant !== 'filled') return {}
  if (props.color === 'red') return { '--button-bg': 'var(--fw-fail-fill)', '--button-hover': 'var(--fw-fail)', '--button-color': 'var(--fw-on-fill)', '--button-bd': '1px solid transparent' }
  if (props['data-tone'] === 'event') return { '--button-bg': 'var(--fw-event-fill)', '--button-hover': 'var(--fw-event-hi)', '--button-color': 'var(--fw-on-event)', '--button-bd': '1px solid transparent' }
  return { '--button-bg': 'var(--fw-primary)', '--button-hover': 'var(--fw-ink-2)', '--button-color': 'var(--fw-on-primary)', '--button-bd': '1px solid transparent' }
}

function fieldVars(_theme: unknown, props: { size?: unknown }) {
  const height = fieldHeights[String(props.size ?? 'sm')]
  return { root: {}, wrapper: height === undefined ? {} : { '--input-height': height, '--input-size': height } }
}

export const theme = createTheme({
  colors: { ink, peacock, moss, amber, red },
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 3 },
  autoContrast: true,
  white: '#FFFFFF',
  black: '#132024',
  fontFamily: constants.font,
  fontFamilyMonospace: constants.mono,
  headings: { fontFamily: constants.font, fontWeight: '640' },
  radius: { xs: '4px', sm: '6px', md: '10px', lg: '14px', xl: '14px' },
  defaultRadius: 'sm',
  spacing: { xs: '6px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '1.42', sm: '1.46', md: '1.45', lg: '1.47', xl: '1.34' },
  shadows: { xs: 'var(--fw-e1)', sm: 'var(--fw-e1)', md: 'var(--fw-e2)', lg: 'var(--fw-e3)', xl: 'var(--fw-e3)' },
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm', variant: 'default' },
      vars: (_theme, props) => {
        const height = buttonHeights[String(props.size ?? 'sm')]
        const tight = props.size === 'xs'
        return { root: { ...filledVars(props), ...(height === undefined ? {} : { '--button-height': height }), '--button-padding-x': tight ? '8px' : '11px', '--button-fz': tight ? '12px' : '13px' } }
      },
      styles: (_theme, props) => ({
        root: { fontWeight: props.variant === 'filled' ? 600 : 500, flexShrink: 0 },
        section: { marginInlineEnd: 6 },
      }),
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: 'subtle', size: 32, color: 'gray' },
      vars: (_, { variant }) => ({ root: variant === 'filled' ? { '--ai-bg': 'var(--fw-primary)', '--ai-hover': 'var(--fw-ink-2)', '--ai-color': 'var(--fw-on-primary)' } : {} }),
    }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' }, vars: fieldVars, styles: fieldStyles }),
    Autocomplete: Autocomplete.extend({ defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } }, vars: fieldVars, styles: fieldStyles }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' }, styles: fieldStyles }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm', visibilityToggleFocusable: true, visibilityToggleButtonProps: { 'aria-label': 'Show what is written' } }, vars: fieldVars, styles: fieldStyles }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'sm' }, styles: fieldStyles }),
    Select: Select.extend({ defaultProps: { size: 'sm', checkIconPosition: 'right', comboboxProps: { shadow: 'md' } }, vars: fieldVars, styles: fieldStyles }),
    Checkbox: Checkbox.extend({
      defaultProps: { radius: 'xs', size: 'sm', color: 'ink' },
      vars: () => ({ root: { '--checkbox-color': 'var(--fw-primary)', '--checkbox-icon-color': 'var(--fw-on-primary)' } }),
    }),
    Switch: Switch.extend({ defaultProps: { size: 'sm', color: 'peacock' }, vars: () => ({ root: { '--switch-color': 'var(--fw-event-fill)' } }) }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs', radius: 'sm' } }),
    Tabs: Tabs.extend({ defaultProps: { color: 'ink' }, styles: { tab: { fontWeight: 500, paddingInline: 2, marginInlineEnd: 16, fontSize: 13, paddingBlock: 9 } } }),
    Table: Table.extend({ defaultProps: { horizontalSpacing: 10, verticalSpacing: 0, highlightOnHover: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, transitionProps: { duration: 120 } }, styles: { tooltip: { fontSize: 12, maxWidth: 320, whiteSpace: 'normal' } } }),
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, shadow: 'md', radius: 'md', transitionProps: { duration: 120 } } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', radius: 'md', transitionProps: { duration: 120 } } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, radius: 'lg', centered: true, transitionProps: { duration: 180 }, overlayProps: { backgroundOpacity: 0.36 } }, styles: { title: { fontSize: 18, lineHeight: '24px', fontWeight: 640, letterSpacing: '-0.02em' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Badge: Badge.extend({ defaultProps: { radius: 'xs' }, styles: { root: { textTransform: 'none', fontWeight: 500 } } }),
    Loader: Loader.extend({ defaultProps: { size: 'sm', color: 'peacock', role: 'status' } }),
  },
})

function asVariables(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`--fw-${name}`, value]))
}

const mantineOnTokens = {
  '--mantine-color-body': 'var(--fw-surface)',
  '--mantine-color-text': 'var(--fw-ink)',
  '--mantine-color-dimmed': 'var(--fw-ink-3)',
  '--mantine-color-placeholder': 'var(--fw-ink-3)',
  '--mantine-color-anchor': 'var(--fw-event)',
  '--mantine-color-error': 'var(--fw-fail)',
  '--mantine-color-default': 'var(--fw-surface)',
  '--mantine-color-default-color': 'var(--fw-ink)',
  '--mantine-color-default-hover': 'var(--fw-hover)',
  '--mantine-color-default-border': 'var(--fw-line-2)',
  '--mantine-color-disabled': 'var(--fw-idle-soft)',
  '--mantine-color-disabled-color': 'var(--fw-ink-3)',
  '--mantine-color-disabled-border': 'var(--fw-line)',
  '--mantine-color-gray-light-color': 'var(--fw-ink-2)',
  '--mantine-color-gray-light-hover': 'var(--fw-hover)',
  '--mantine-color-gray-text': 'var(--fw-ink-2)',
}

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: asVariables(constants),
  light: { ...asVariables(tokens.light), ...mantineOnTokens },
  dark: { ...asVariables(tokens.dark), ...mantineOnTokens },
})
