"""Writes a GGUF file anew with BF16 matrices, so that BF16 can be measured without another download: FROM TO."""

import os
import sys

import gguf


def copy_field(writer, name, field):
    """One entry of the metadata, as it was; the writer itself adds the general ones about the file."""
    if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
        return
    kind = field.types[0]
    element = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
    writer.add_key_value(name, field.contents(), kind, sub_type=element)


def main():
    source, target = sys.argv[1:]
    reader = gguf.GGUFReader(source)
    partial = target + ".part"
    writer = gguf.GGUFWriter(partial, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        copy_field(writer, name, field)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        if len(tensor.shape) > 1:
            kind = gguf.GGMLQuantizationType.BF16
            writer.add_tensor(tensor.name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(tensor.name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, target)


if __name__ == "__main__":
    main()
