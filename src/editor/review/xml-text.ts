/** Signs that no XML may hold, not even written as numbers: control characters, and halves of others. */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** The markup without them: with one, a picture could not be opened at all. */
export const asXml = (markup: string): string => markup.replace(forbidden, '')
