/** The made-up users of the playground: the same number always names the same person. */
const firstNames = ['Ada', 'Leo', 'Mia', 'Sam', 'Ines', 'Noa', 'Kofi', 'Yui', 'Ela', 'Tom', 'Ros', 'Ivo', 'Lea', 'Omar', 'Zoe', 'Pia', 'Nia', 'Ravi', 'Max', 'Eva']
const lastNames = ['Berg', 'Lind', 'Haas', 'Sato', 'Kaya', 'Ito', 'Diaz', 'Fox', 'Roy', 'Nagy', 'Cruz', 'Dahl', 'Egan', 'Ford', 'Gray', 'Hale', 'Kim', 'Ruiz', 'Osei', 'Ali']
const timezones = ['Asia/Dhaka', 'Asia/Tokyo', 'Asia/Kabul', 'Asia/Macau', 'Asia/Dubai', 'Asia/Seoul', 'Asia/Tomsk']

export type PlaygroundUser = { id: string; email: string; name: string; timezone: string }

export function generatedUser(index: number): PlaygroundUser {
  const first = firstNames[index % firstNames.length] as string
  const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length] as string
  const number = index + 1
  // Short on purpose: 50,000 of them stay below the 4 MB a step's answer may have.
  return { id: `u${number}`, email: `${first.toLowerCase()}${number}@t.test`, name: `${first} ${last}`, timezone: timezones[index % timezones.length] as string }
}

export function generatedUsers(from: number, to: number): PlaygroundUser[] {
  const users: PlaygroundUser[] = []
  for (let index = from; index < to; index++) users.push(generatedUser(index))
  return users
}
