export const compileBinaries = async (_t: any, _f: string): Promise<any[]> => [];
