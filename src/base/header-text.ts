/** The first character of a header's value that no header can carry: beyond Latin-1, or a control character other than a tab. */
export const strayInHeader = (value: string): string | undefined => /[^\t\x20-\x7e\x80-\xff]/u.exec(value)?.[0]
