/** Makes relative links absolute: of pictures to the file itself, of pages to where the repository shows them. */
export function absoluteLinks(text: string, repository: string, ref: string): string;
