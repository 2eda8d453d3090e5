import json


def read(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    if not isinstance(data.get("port"), int):
        raise ValueError("port must be a number")
    return data
