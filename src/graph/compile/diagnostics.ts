/** A finding of the compiler: names the node and field, says what is wrong and how to fix it. */
export interface Diagnostic {
  severity: 'error' | 'warning'
  /** Stable id of the rule: `slug-duplicate`, `step-unreachable`, … */
  code: string
  nodeId: string
  /** The function the node belongs to, when there is one. */
  function?: string
  /** Path of the field in the node, e.g. `config.url`; absent = the node as a whole. */
  field?: string
  /** Offset of the mistake in the field's text. */
  position?: number
  message: string
  fix: string
}
