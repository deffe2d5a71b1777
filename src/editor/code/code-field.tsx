'use client'
/** Code and JSON in a form. Monaco is loaded when the first such field is shown. */
import dynamic from 'next/dynamic'
import { useMemo } from 'react'
import { useEditorState } from '../context.ts'
import { FieldFrame } from '../form/field-frame.tsx'
import { useLeave, type FieldProblem } from '../form/use-field.ts'
import { readableData } from '../inspector/readable-data.ts'
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
  /** The step whose scope the code reads. */
  nodeId?: string
  aside?: React.ReactNode
}

export function CodeField({ label, help, problem, language, value, onChange, expr, nodeId, aside }: CodeFieldProps) {
  const leave = useLeave()
  const document = useEditorState((state) => state.document)
  const scope = useMemo(() => {
    if (language !== 'typescript' || nodeId === undefined) return undefined
    const data = readableData(document, nodeId)
    return declareScope(data.samples, data.steps)
  }, [document, nodeId, language])
  return (
    <FieldFrame label={label} help={help} problem={problem} aside={aside}>
      <div className={classes.code} data-error={problem?.severity === 'error' || undefined}>
        <CodeEditor value={value} onChange={onChange} onLeave={leave} language={language} label={label} expr={expr} scope={scope} />
      </div>
    </FieldFrame>
  )
}
