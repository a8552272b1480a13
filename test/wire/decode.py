"""Decodes a record by nothing but the published .proto, in plain Python: what anyone else's consumer would see.

usage: decode.py FORENSICS.PROTO MESSAGE FILE; prints JSON, bytes as hex, fields by their names in the .proto.
"""

import json
import re
import sys


def parse_proto(text):
    text = re.sub(r"//[^\n]*", "", text)
    messages = {}
    for name, body in re.findall(r"message (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}", text):
        fields = re.findall(r"(repeated |optional )?(\w+) (\w+) = (\d+);", body)
        messages[name] = {int(number): (label.strip(), kind, field) for label, kind, field, number in fields}
    enums = set(re.findall(r"enum (\w+) \{", text))
    return messages, enums


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def scalar(kind, value):
    if kind == "bool":
        return bool(value)
    if kind.startswith("sint"):
        return (value >> 1) ^ -(value & 1)
    return value


def decode(schema, name, data):
    messages, enums = schema
    result = {}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        label, kind, field = messages[name][tag >> 3]
        if tag & 7 == 0:
            value, at = varint(data, at)
            value = scalar(kind, value)
        elif tag & 7 == 2:
            length, at = varint(data, at)
            chunk = data[at : at + length]
            at += length
            if kind in messages:
                value = decode(schema, kind, chunk)
            elif kind == "string":
                value = chunk.decode("utf-8")
            elif kind == "bytes":
                value = decode(schema, "MessageList", chunk) if field == "messages" else chunk.hex()
            else:  # packed numbers
                value, inner = [], 0
                while inner < length:
                    number, inner = varint(chunk, inner)
                    value.append(scalar(kind, number))
                result.setdefault(field, []).extend(value)
                continue
        else:
            raise ValueError(f"wire type {tag & 7} of {name}.{field}")
        if label == "repeated":
            result.setdefault(field, []).append(value)
        else:
            result[field] = value
    return result


def main():
    proto, message, file = sys.argv[1:]
    with open(proto, encoding="utf-8") as source:
        schema = parse_proto(source.read())
    with open(file, "rb") as source:
        print(json.dumps(decode(schema, message, source.read())))


main()
