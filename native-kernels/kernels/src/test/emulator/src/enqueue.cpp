#include "enqueue.h"

#include "device.h"
#include "fault.h"
#include "graph.h"
#include "memory.h"
#include "stream.h"

namespace intramuros::emulator {

bool enqueue(CUstream handle, const char* what, const std::vector<Operand>& operands, std::function<void()> work) {
  return answer(what, [&] {
           const std::shared_ptr<Stream> stream = stream_of(handle);
           for (const Operand& o : operands) {
             Memory::get().require_device(stream->context, o.address, o.bytes, "matrix");
           }
           submit(stream, NodeKind::kKernel, what, [work = std::move(work), &context = stream->context] {
             if (const CUresult fault = injected(Event::kLaunch, context.device.index)) {
               return KernelFault{fault, "injected fault"};
             }
             work();
             return KernelFault{};
           });
         }) == CUDA_SUCCESS;
}

}  // namespace intramuros::emulator
