'use client'
/** Code and JSON in a form. Monaco is loaded when the first such field is shown. */
import dynamic from 'next/dynamic'
import { useMemo, useState } from 'react'
import { useEditor } from '../context.ts'
import { FieldFrame, Problem } from '../form/field-frame.tsx'
import { languageOf } from '../form/insertion.ts'
import { OutcomeLine } from '../form/outcome-line.tsx'
import { useAccept } from '../form/use-accept.ts'
import { useLeave, type FieldProblem } from '../form/use-field.ts'
import { useCandidates, useReadable } from '../form/use-readable.ts'
import { declareScope } from './scope-types.ts'
import classes from '../form/form.module.css'

const CodeEditor = dynamic(() => import('./code-editor.tsx'), { ssr: false, loading: () => <div className={classes.still}>Loading the code editor</div> })

export interface CodeFieldProps {
  label: string
  help?: string | undefined
  problem?: FieldProblem | null
  language: 'typescript' | 'json'
  value: string
  onChange(value: string): void
  expr?: string | undefined
  aside?: React.ReactNode
}

export function CodeField({ label, help, problem, language, value, onChange, expr, aside }: CodeFieldProps) {
  const leave = useLeave()
  const { types } = useReadable()
  const scope = useMemo(() => (language === 'typescript' ? declareScope(types) : undefined), [types, language])
  const written = languageOf(expr)
  const candidates = useCandidates(written ?? 'expression')
  const accept = useAccept(written)
  const { viewOnly } = useEditor()
  const [mistakes, setMistakes] = useState<string[]>([])
  return (
    <FieldFrame label={label} help={help} problem={problem} aside={aside}>
      <div className={classes.code} data-error={problem?.severity === 'error' || undefined}>
        <CodeEditor value={value} onChange={onChange} onLeave={leave} language={language} label={label} written={written} candidates={candidates} scope={scope} accept={accept} readOnly={viewOnly} onMistakes={setMistakes} />
      </div>
      {problem?.severity !== 'error' && mistakes.length > 0 && (
        <div role="status" data-testid="code-mistakes">{mistakes.map((text) => <Problem key={text} problem={{ severity: 'warning', text }} />)}</div>
      )}
      {problem?.severity !== 'error' && <OutcomeLine text={value} language={written} />}
    </FieldFrame>
  )
}
