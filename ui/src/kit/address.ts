/** "http://192.168.1.10:7070#ABCD-EFGH" in two parts, or nothing when it is not both. */
export function splitJoinString(pasted: string) {
  const match = /^\s*(https?:\/\/[^\s#]+|[^\s#:/]+:\d+)#(\S+)\s*$/i.exec(pasted);
  return match ? { address: match[1]!, code: match[2]! } : null;
}
