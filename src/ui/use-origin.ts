'use client'
import { useEffect, useState } from 'react'

/** This site's address, null on the server. */
export function useOrigin(): string | null {
  const [origin, setOrigin] = useState<string | null>(null)
  useEffect(() => setOrigin(window.location.origin), [])
  return origin
}
