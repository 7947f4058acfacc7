def to_csv(row):
    return ",".join(str(number) for number in row)
