/** What is said of a file that is no drawing, or of parts that do not fit. */
export interface FileProblem {
  /** Where in the file, for people: "step Create contact, config.url". */
  place: string
  message: string
  fix: string
}

export interface Refused {
  refused: string
  fix: string
  problems: FileProblem[]
  /** A file of another tool: its parts are the problems, each with what does its work here. */
  foreign?: boolean
}
