/** Whether an event's name is one that a pattern takes. @param before what stands before the pattern's star: `order/` of `order/*`, which takes `order/paid` and not `order/` itself */
export const isUnder = (before: string, name: string): boolean => name.length > before.length && name.startsWith(before)
