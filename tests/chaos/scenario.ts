/** What a scenario is, and how large it is played. */
export interface Scale {
  items?: number
  kills?: number
  restarts?: number
  cuts?: number
  timers?: number
  rounds?: number
  histories?: number
}

export interface Outcome {
  /** Sentences about what was wrong; none is the only good answer. */
  breaches: string[]
  /** What was counted, for the table. */
  measured: string
}

export interface Scenario {
  about: string
  run(scale: Scale): Promise<Outcome>
}
