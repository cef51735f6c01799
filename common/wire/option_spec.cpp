#include "common/wire/option_spec.hpp"

namespace home_energy {

tl::unexpected<Error> wrong_option(const std::string& option, const std::string& reason) {
  return failure(ErrorCode::illegal, option, "--" + option + ": " + reason);
}

void add_group(std::vector<OptionSpec>& all, const std::string& group, std::vector<OptionSpec> specs) {
  for (OptionSpec& spec : specs) {
    spec.group = group;
    all.push_back(std::move(spec));
  }
}

}  // namespace home_energy
