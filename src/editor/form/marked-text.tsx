/** Findings name things in backticks; people see them in mono. */
export function MarkedText({ text }: { text: string }) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))
}
